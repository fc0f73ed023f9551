package io.tourbillon.coroutine.bridge;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static io.tourbillon.coroutine.channel.Select.onReceive;
import static io.tourbillon.coroutine.channel.Select.onTimeout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Dumps;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.coroutine.channel.ChannelClosedException;
import io.tourbillon.coroutine.channel.Select;
import io.tourbillon.coroutine.channel.Source;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Reading from publishers, and the requests that they receive. */
class PublisherReaderTest {
  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();

  /** The calls of the subscription, in order: numbers that were requested, -1 for a cancel. */
  private final List<Long> told = Collections.synchronizedList(new ArrayList<>());

  private final List<Object> undelivered = Collections.synchronizedList(new ArrayList<>());
  private Flow.Subscriber<? super String> subscriber;

  private final Flow.Subscription subscription =
      new Flow.Subscription() {
        @Override
        public void request(long count) {
          told.add(count);
        }

        @Override
        public void cancel() {
          told.add(-1L);
        }
      };

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private PublisherReader<String> reading(int window) {
    return Publishers.read(
        begun -> {
          subscriber = begun;
          begun.onSubscribe(subscription);
        },
        window,
        undelivered::add);
  }

  private void publish(String... values) {
    for (String value : values) {
      subscriber.onNext(value);
    }
  }

  @Test
  void window_isAskedForAtFirst_andHalfOfItAsValuesAreTaken() {
    PublisherReader<String> reader = reading(4);
    assertEquals(List.of(4L), told);
    publish("a", "b", "c", "d");
    assertEquals("a", reader.receive());
    assertEquals(List.of(4L), told);
    assertEquals(Optional.of("b"), reader.tryReceive());
    assertEquals(List.of(4L, 2L), told);
    assertEquals("c", reader.iterator().next());
    assertEquals("d", reader.receive());
    assertEquals(List.of(4L, 2L, 2L), told);
    assertEquals(Optional.empty(), reader.tryReceive());
  }

  @Test
  void window_ofOne_asksOneByOne_andOfNoneIsRefused() {
    PublisherReader<String> reader = reading(1);
    publish("a");
    assertEquals("a", reader.receive());
    assertEquals(List.of(1L, 1L), told);
    assertEquals(
        "window must be at least 1: 0",
        assertThrows(IllegalArgumentException.class, () -> reading(0)).getMessage());
  }

  @Test
  void publisher_thatSendsMoreThanItWasAsked_isLeft() {
    PublisherReader<String> reader = reading(2);
    publish("a", "b", "c");
    assertEquals(List.of(2L, -1L), told);
    assertEquals(List.of("c"), undelivered);
    assertEquals("a", reader.receive());
    assertEquals("b", reader.receive());
    assertEquals(
        "a publisher must not send more than was requested, rule 1.1: more than 2",
        assertThrows(ChannelClosedException.class, reader::receive).getCause().getMessage());
  }

  @Test
  void completion_endsTheIteration_afterWhatHasCome() {
    PublisherReader<String> reader = reading(4);
    publish("a", "b");
    subscriber.onComplete();
    List<String> received = new ArrayList<>();
    reader.forEach(received::add);
    assertEquals(List.of("a", "b"), received);
    assertNull(assertThrows(ChannelClosedException.class, reader::receive).getCause());
    reader.close();
    assertEquals(List.of(4L), told, "who is complete is told nothing more, rule 2.4");
  }

  @Test
  void failure_isTheCause_afterWhatHasCome() {
    IOException failure = new IOException("broken");
    PublisherReader<String> reader = reading(4);
    publish("a");
    subscriber.onError(failure);
    assertEquals("a", reader.receive());
    assertSame(failure, assertThrows(ChannelClosedException.class, reader::receive).getCause());
  }

  @Test
  void close_cancelsOnce_andDropsWhatWasNotTaken() {
    PublisherReader<String> reader = reading(4);
    publish("a", "b");
    assertEquals("a", reader.receive());
    reader.close();
    reader.close();
    publish("late");
    assertEquals(List.of(4L, -1L), told);
    assertEquals(List.of("b", "late"), undelivered);
    assertThrows(ChannelClosedException.class, reader::receive);
  }

  @Test
  void close_beforeTheSubscriptionHasCome_cancelsItThen() {
    PublisherReader<String> reader = Publishers.read(begun -> subscriber = begun, 4);
    reader.close();
    subscriber.onSubscribe(subscription);
    assertEquals(List.of(-1L), told);
  }

  @Test
  void secondSubscription_isCancelled() {
    PublisherReader<String> _ = reading(4);
    List<String> other = new ArrayList<>();
    subscriber.onSubscribe(
        new Flow.Subscription() {
          @Override
          public void request(long count) {
            other.add("request");
          }

          @Override
          public void cancel() {
            other.add("cancel");
          }
        });
    assertEquals(List.of("cancel"), other);
    assertEquals(List.of(4L), told);
  }

  @Test
  void receive_thatIsGivenUp_takesNothing() throws Exception {
    PublisherReader<String> reader = reading(4);
    assertThrows(TimeoutException.class, () -> reader.receive(Duration.ofMillis(5)));
    Coroutine<String> receiver = scheduler.spawn(() -> reader.receive());
    TestSchedulers.awaitSuspended(receiver);
    receiver.cancel();
    assertCancelled(() -> receiver.join(PATIENCE));
    publish("a");
    assertEquals("a", reader.receive());
  }

  @Test
  void publisherOfTheJdk_isReadWhole_byCoroutinesAndThreads() throws Exception {
    int last = 10_000;
    SubmissionPublisher<Integer> publisher = new SubmissionPublisher<>();
    PublisherReader<Integer> byThread = Publishers.read(publisher, 16);
    PublisherReader<Integer> reader = Publishers.read(publisher, 16);
    Coroutine<Long> sum = scheduler.spawn(() -> sum(reader));
    Thread submitter =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int n = 1; n <= last; n++) {
                    publisher.submit(n);
                  }
                  publisher.close();
                });
    assertEquals(last * (last + 1L) / 2, sum(byThread));
    assertEquals(last * (last + 1L) / 2, sum.join(PATIENCE));
    submitter.join();
  }

  private static long sum(Iterable<Integer> values) {
    long sum = 0;
    for (int value : values) {
      sum += value;
    }
    return sum;
  }

  @Test
  void ownPublisher_isReadWhole_byACoroutineOfTheSameLoop() throws Exception {
    Flow.Publisher<Integer> publisher =
        Publishers.of(
            scheduler,
            out -> {
              for (int n = 1; n <= 1000; n++) {
                out.emit(n);
              }
            });
    for (int window : new int[] {1, 2, 3, 64, 5000}) {
      assertEquals(
          500_500,
          scheduler
              .spawn(
                  () -> {
                    try (PublisherReader<Integer> reader = Publishers.read(publisher, window)) {
                      return sum(reader);
                    }
                  })
              .join(PATIENCE));
    }
  }

  @Test
  void channel_isForSelects_andLeavesThePublisherWhenCancelled() throws Exception {
    Source<String> channel =
        Publishers.toSource(
            scheduler,
            begun -> {
              subscriber = begun;
              begun.onSubscribe(subscription);
            },
            4);
    while (told.isEmpty()) {
      Thread.onSpinWait();
    }
    publish("a", "b");
    assertEquals(
        "a", Select.select(onReceive(channel, value -> value), onTimeout(PATIENCE, () -> "")));
    channel.cancel(null);
    while (!told.contains(-1L)) {
      Thread.onSpinWait();
    }
  }

  /** One value is in the coroutine that fills the channel, and one in the reader. */
  @Test
  void channel_thatIsCancelled_givesTheUndeliveredToWhoIsTold() {
    Source<String> channel =
        Publishers.toSource(
            scheduler,
            begun -> {
              subscriber = begun;
              begun.onSubscribe(subscription);
            },
            4,
            undelivered::add);
    while (told.isEmpty()) {
      Thread.onSpinWait();
    }
    publish("a", "b", "c");
    assertEquals("a", channel.receive());
    while (!scheduler.dump(1).coroutines().toString().contains("sending to")) {
      Thread.onSpinWait();
    }
    channel.cancel(null);
    Dumps.awaitNone(scheduler);
    assertEquals(List.of("b", "c"), undelivered);
  }

  @Test
  void channel_endsAsThePublisherDoes() {
    IOException failure = new IOException("broken");
    Source<String> failed =
        Publishers.toSource(
            scheduler,
            Publishers.of(
                scheduler,
                out -> {
                  out.emit("a");
                  throw failure;
                }),
            4);
    assertEquals("a", failed.receive());
    assertSame(failure, assertThrows(ChannelClosedException.class, failed::receive).getCause());
    Source<String> complete =
        Publishers.toSource(scheduler, Publishers.of(scheduler, out -> out.emit("a")), 4);
    List<String> received = new ArrayList<>();
    complete.forEach(received::add);
    assertEquals(List.of("a"), received);
    assertTrue(complete.isClosed());
  }
}
