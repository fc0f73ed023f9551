package io.tourbillon.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.testkit.Simulation;
import io.tourbillon.timer.PolledTimerService;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.VirtualClock;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParametersTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @ExtendWith(TourbillonExtension.class)
  static class Shared {
    private final VirtualClock clock;
    private final TimerService timers;
    private CoroutineScheduler scheduler;

    Shared(VirtualClock clock, TimerService timers) {
      this.clock = clock;
      this.timers = timers;
    }

    @BeforeEach
    void before(VirtualClock clock, CoroutineScheduler scheduler) {
      assertSame(this.clock, clock);
      this.scheduler = scheduler;
      clock.advance(HOUR);
    }

    @Test
    void test(VirtualClock clock, TimerService timers, CoroutineScheduler scheduler) {
      assertSame(this.clock, clock);
      assertSame(this.timers, timers);
      assertSame(this.scheduler, scheduler);
      assertEquals(HOUR.toNanos(), clock.nanoTime());
    }

    @AfterEach
    void after(TimerService timers) {
      assertSame(this.timers, timers);
    }
  }

  @Test
  void parameters_ofOneTest_areTheSameObjects() {
    Trial.of(Shared.class).requirePassed(1);
  }

  @ExtendWith(TourbillonExtension.class)
  static class OnTheClock {
    @Test
    void timers(VirtualClock clock, TimerService timers) {
      AtomicInteger fired = new AtomicInteger();
      timers.schedule(HOUR, fired::incrementAndGet);
      clock.advance(HOUR.minusNanos(1));
      assertEquals(0, fired.get());
      clock.advance(Duration.ofNanos(1));
      assertEquals(1, fired.get());
    }

    @Test
    void polled(VirtualClock clock, PolledTimerService timers) {
      AtomicInteger fired = new AtomicInteger();
      timers.schedule(HOUR, fired::incrementAndGet);
      clock.advance(HOUR);
      assertEquals(1, timers.poll(10));
      assertEquals(1, fired.get());
    }

    @Test
    void coroutines(VirtualClock clock, CoroutineScheduler scheduler) {
      Coroutine<Integer> coroutine =
          scheduler.spawn(
              () -> {
                Coroutines.delay(HOUR);
                return 7;
              });
      clock.advance(HOUR);
      assertEquals(7, coroutine.join());
      scheduler.timers().schedule(HOUR, () -> {});
      clock.advance(HOUR);
    }

    @Test
    void simulation(Simulation simulation) throws Exception {
      simulation.run(
          () -> {
            Coroutines.delay(HOUR);
            assertEquals(HOUR, Simulation.elapsed());
          });
    }

    @Test
    @Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void inAThreadOfItsOwn(VirtualClock clock, PolledTimerService timers) {
      timers.schedule(HOUR, () -> {});
      clock.advance(HOUR);
      assertEquals(1, timers.poll(10));
    }
  }

  @Test
  void services_areOnTheClock() {
    Trial.of(OnTheClock.class).requirePassed(5);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PLAIN_THREAD")
  void services_runOnTheEngineOfTheConfiguration(Engine engine) {
    Trial.of(OnTheClock.class, TourbillonExtension.ENGINE_PARAMETER, engine.name())
        .requirePassed(5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"steam", "plain_thread"})
  void engine_thatDoesNotExistOrGivesNoTurns_isRefused(String engine) {
    Throwable failure =
        Trial.of(OnTheClock.class, TourbillonExtension.ENGINE_PARAMETER, engine)
            .failureOf("coroutines");
    assertTrue(
        failure.toString().contains("tourbillon.engine must be one of [VIRTUAL_THREAD,")
            && failure.toString().endsWith(": " + engine),
        failure::toString);
  }

  @ExtendWith(TourbillonExtension.class)
  static class Kinds {
    static final Set<VirtualClock> SEEN = ConcurrentHashMap.newKeySet();
    private VirtualClock before;

    @BeforeEach
    void before(VirtualClock clock) {
      before = clock;
      assertTrue(SEEN.add(clock), "each test must have a clock of its own");
    }

    @RepeatedTest(2)
    void repeated(VirtualClock clock) {
      assertSame(before, clock);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void parameterized(int number, VirtualClock clock) {
      assertTrue(number > 0);
      assertSame(before, clock);
    }

    @TestFactory
    List<DynamicTest> factory(VirtualClock clock) {
      return List.of(
          DynamicTest.dynamicTest("one", () -> assertSame(before, clock)),
          DynamicTest.dynamicTest("two", () -> assertSame(before, clock)));
    }

    @Nested
    class Inner {
      private final TimerService timers;

      Inner(TimerService timers) {
        this.timers = timers;
      }

      @Test
      void nested(VirtualClock clock, TimerService timers) {
        assertSame(before, clock);
        assertSame(this.timers, timers);
      }
    }

    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class OneInstance {
      private VirtualClock last;

      @RepeatedTest(2)
      void repeated(VirtualClock clock) {
        assertNotSame(last, clock);
        last = clock;
      }
    }
  }

  @Test
  void tests_ofEveryKind_haveServicesOfTheirOwn() {
    Kinds.SEEN.clear();
    Trial.of(Kinds.class).requirePassed(9);
    assertEquals(8, Kinds.SEEN.size());
  }

  @ExtendWith(TourbillonExtension.class)
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  static class InConstructor {
    InConstructor(VirtualClock clock) {
      assertEquals(0, clock.nanoTime());
    }

    @Test
    void test() {}
  }

  @Test
  void constructor_ofAnInstanceForAllTests_isRefused() {
    requireRefusal(
        Trial.of(InConstructor.class).onlyFailure(),
        "a VirtualClock must belong to one test, and the constructor of "
            + InConstructor.class.getName()
            + " serves several: make it a parameter of the test, or of a @BeforeEach or @AfterEach"
            + " method");
  }

  @ExtendWith(TourbillonExtension.class)
  static class InBeforeAll {
    @BeforeAll
    static void open(TimerService timers) {
      assertEquals(0, timers.pending());
    }

    @Test
    void test() {}
  }

  @Test
  void beforeAll_isRefused() {
    requireRefusal(
        Trial.of(InBeforeAll.class).onlyFailure(),
        "a TimerService must belong to one test, and the method open serves several");
  }

  static class InSimulation {
    @SimulationTest
    void test(VirtualClock clock) {
      assertEquals(0, clock.nanoTime());
    }
  }

  @Test
  void simulationTest_isRefused() {
    requireRefusal(
        Trial.of(InSimulation.class).onlyFailure(),
        "a @SimulationTest must not have a VirtualClock in the method test: the method runs in a"
            + " simulation, with Simulation.clock()");
  }

  private static void requireRefusal(Throwable failure, String text) {
    assertTrue(failure instanceof ParameterResolutionException, failure::toString);
    assertTrue(failure.toString().contains(text), failure::toString);
  }

  @Retention(RetentionPolicy.RUNTIME)
  @interface Mocked {}

  static final class Mocks implements ParameterResolver {
    static final VirtualClock MOCK = new VirtualClock(42);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.isAnnotated(Mocked.class);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return MOCK;
    }
  }

  @ExtendWith(TourbillonExtension.class)
  @ExtendWith(Mocks.class)
  static class WithMocks {
    @Test
    void test(@Mocked VirtualClock mock, VirtualClock clock) {
      assertSame(Mocks.MOCK, mock);
      assertEquals(0, clock.nanoTime());
    }
  }

  @Test
  void parameter_withAnAnnotation_isLeftToOthers() {
    Trial.of(WithMocks.class).requirePassed(1);
  }

  static class Undeclared {
    @Test
    void test(VirtualClock clock) {
      assertEquals(0, clock.nanoTime());
    }
  }

  @Test
  void extension_isFoundByAutodetection() {
    Trial.of(Undeclared.class, "junit.jupiter.extensions.autodetection.enabled", "true")
        .requirePassed(1);
    requireRefusal(Trial.of(Undeclared.class).onlyFailure(), "No ParameterResolver registered");
  }

  @ExtendWith(TourbillonExtension.class)
  @Execution(ExecutionMode.CONCURRENT)
  static class Parallel {
    @RepeatedTest(20)
    void test(VirtualClock clock, TimerService timers, CoroutineScheduler scheduler) {
      AtomicInteger fired = new AtomicInteger();
      timers.schedule(HOUR, fired::incrementAndGet);
      Coroutine<?> coroutine = scheduler.spawn(() -> Coroutines.delay(HOUR));
      assertEquals(0, fired.get());
      clock.advance(HOUR);
      assertEquals(1, fired.get());
      coroutine.join();
      assertEquals(HOUR.toNanos(), clock.nanoTime());
    }
  }

  @Test
  void tests_inParallel_doNotMoveEachOthersTime() {
    Trial.of(
            Parallel.class,
            "junit.jupiter.execution.parallel.enabled",
            "true",
            "junit.jupiter.execution.parallel.config.strategy",
            "fixed",
            "junit.jupiter.execution.parallel.config.fixed.parallelism",
            "4")
        .requirePassed(20);
  }
}
