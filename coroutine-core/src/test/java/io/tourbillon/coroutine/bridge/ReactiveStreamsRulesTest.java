package io.tourbillon.coroutine.bridge;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.generator.Generator;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.Flow.Publisher;
import java.util.concurrent.Flow.Subscriber;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.reactivestreams.tck.flow.FlowSubscriberBlackboxVerification;
import org.testng.SkipException;

/**
 * Checks the rules of Reactive Streams with the official tests. They are TestNG tests; here each is
 * a separate test. Rules that cannot be verified here are named, and left out.
 */
@Tag("long")
class ReactiveStreamsRulesTest {
  private static final long MOST = 1000;

  /** A publisher as quick as ours sends everything before its demand can overflow. */
  private static final String OVERFLOW_OF_DEMAND =
      "required_spec317_mustNotSignalOnErrorWhenPendingAboveLongMaxValue";

  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();
  private final TestEnvironment environment = new TestEnvironment(500, 100);

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private abstract class OfPublisher extends FlowPublisherVerification<Integer> {
    OfPublisher() {
      super(environment, 500);
    }

    @Override
    public Publisher<Integer> createFailedFlowPublisher() {
      return Publishers.of(
          scheduler,
          out -> {
            throw new IllegalStateException("broken");
          });
    }

    @Override
    public long maxElementsFromPublisher() {
      return MOST;
    }
  }

  @TestFactory
  Stream<DynamicTest> publisher_ofABody_keepsTheRules() {
    return tests(
        new OfPublisher() {
          @Override
          public Publisher<Integer> createFlowPublisher(long elements) {
            return Publishers.of(
                scheduler,
                out -> {
                  for (int n = 0; n < elements; n++) {
                    out.emit(n);
                  }
                });
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> publisher_ofGenerators_keepsTheRules() {
    return tests(
        new OfPublisher() {
          @Override
          public Publisher<Integer> createFlowPublisher(long elements) {
            return Publishers.ofGenerators(
                scheduler,
                () ->
                    Generator.<Integer>of(
                        out -> {
                          for (int n = 0; n < elements; n++) {
                            out.yield(n);
                          }
                        }));
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> publisher_ofAChannel_keepsTheRules() {
    return tests(
        new OfPublisher() {
          @Override
          public Publisher<Integer> createFlowPublisher(long elements) {
            return Publishers.ofSource(
                scheduler,
                Channel.produce(
                    scheduler,
                    1,
                    out -> {
                      for (int n = 0; n < elements; n++) {
                        out.send(n);
                      }
                    }));
          }
        },
        ReactiveStreamsRulesTest::isMulticast);
  }

  /** The subscribers of a channel share its elements, so none sees all of them. */
  private static boolean isMulticast(String rule) {
    return rule.startsWith("optional_spec111_multicast_");
  }

  @TestFactory
  Stream<DynamicTest> reader_keepsTheRules() {
    return tests(
        new FlowSubscriberBlackboxVerification<Integer>(environment) {
          @Override
          public Subscriber<Integer> createFlowSubscriber() {
            return new PublisherReader<Integer>(2, value -> {}).subscriber();
          }

          @Override
          public Integer createElement(int element) {
            return element;
          }
        });
  }

  private static Stream<DynamicTest> tests(OfPublisher rules) {
    return tests(rules, rule -> false);
  }

  private static Stream<DynamicTest> tests(OfPublisher rules, Predicate<String> leftOut) {
    return tests(rules, rules::setUp, leftOut.or(OVERFLOW_OF_DEMAND::equals));
  }

  private static Stream<DynamicTest> tests(FlowSubscriberBlackboxVerification<?> rules) {
    rules.startPublisherExecutorService();
    return tests(rules, rules::setUp, rule -> false)
        .onClose(rules::shutdownPublisherExecutorService);
  }

  private interface SetUp {
    void run() throws Exception;
  }

  private static Stream<DynamicTest> tests(Object rules, SetUp setUp, Predicate<String> leftOut) {
    return Arrays.stream(rules.getClass().getMethods())
        .filter(method -> method.isAnnotationPresent(org.testng.annotations.Test.class))
        .filter(method -> !method.getName().startsWith("untested_"))
        .filter(method -> !leftOut.test(method.getName()))
        .sorted(Comparator.comparing(Method::getName))
        .map(method -> DynamicTest.dynamicTest(method.getName(), () -> call(rules, setUp, method)));
  }

  private static void call(Object rules, SetUp setUp, Method rule) throws Throwable {
    setUp.run();
    try {
      rule.invoke(rules);
    } catch (InvocationTargetException thrown) {
      if (thrown.getCause() instanceof SkipException skip) {
        throw new AssertionError(
            "a rule that cannot be verified must be left out by name: " + rule.getName(), skip);
      }
      throw thrown.getCause();
    }
  }
}
