package io.tourbillon.coroutine.bridge;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Dumps;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.generator.Generator;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.Flow.Publisher;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a subscriber sees of bodies, channels and generators. */
class PublishersTest {
  private final BlockingQueue<Throwable> unseen = new LinkedBlockingQueue<>();
  private final CoroutineScheduler scheduler =
      TestSchedulers.builder()
          .loops(1)
          .exceptionHandler((coroutine, failure) -> unseen.add(failure))
          .build();
  private final BlockingQueue<Object> seen = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  /** Records its calls, and is controlled by hand. */
  private class Probe implements Flow.Subscriber<Object> {
    final BlockingQueue<Flow.Subscription> subscription = new LinkedBlockingQueue<>();

    @Override
    public void onSubscribe(Flow.Subscription begun) {
      subscription.add(begun);
    }

    @Override
    public void onNext(Object value) {
      seen.add(value);
    }

    @Override
    public void onError(Throwable failure) {
      seen.add(failure);
    }

    @Override
    public void onComplete() {
      seen.add("complete");
    }
  }

  private static Flow.Subscription subscribe(Publisher<?> publisher, Probe probe) throws Exception {
    publisher.subscribe(probe);
    return probe.subscription.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private Flow.Subscription subscribe(Publisher<?> publisher) throws Exception {
    return subscribe(publisher, new Probe());
  }

  private Object nextSeen() throws InterruptedException {
    return seen.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private void awaitQuiet() {
    Dumps.awaitNone(scheduler);
  }

  private void awaitDump(String text) {
    while (!scheduler.dump(10).coroutines().toString().contains(text)) {
      Thread.onSpinWait();
    }
  }

  private Publisher<Integer> counting(int last) {
    return Publishers.of(
        scheduler,
        out -> {
          try {
            for (int n = 1; n <= last; n++) {
              out.emit(n);
            }
          } catch (CoroutineCancelledException cancelled) {
            seen.add(cancelled.reason());
            throw cancelled;
          }
        });
  }

  @Test
  void body_isSentNoFurtherThanItIsAskedFor() throws Exception {
    Flow.Subscription subscription = subscribe(counting(5));
    subscription.request(2);
    assertEquals(1, nextSeen());
    assertEquals(2, nextSeen());
    awaitDump("the demand of a subscriber");
    assertNull(seen.peek());
    subscription.request(Long.MAX_VALUE);
    subscription.request(Long.MAX_VALUE);
    for (int n = 3; n <= 5; n++) {
      assertEquals(n, nextSeen());
    }
    assertEquals("complete", nextSeen());
  }

  @Test
  void body_isRunAnewForEachSubscriber() throws Exception {
    Publisher<Integer> publisher = counting(1);
    for (int time = 0; time < 3; time++) {
      subscribe(publisher).request(1);
      assertEquals(1, nextSeen());
      assertEquals("complete", nextSeen());
    }
  }

  @Test
  void body_thatFails_endsTheSubscriptionWithThat() throws Exception {
    IOException failure = new IOException("broken");
    subscribe(
        Publishers.of(
            scheduler,
            out -> {
              throw failure;
            }));
    assertSame(failure, nextSeen());
    awaitQuiet();
    scheduler.close();
    assertTrue(unseen.isEmpty());
  }

  @Test
  void cancel_cancelsTheCoroutine_andTellsNothing() throws Exception {
    Flow.Subscription subscription = subscribe(counting(5));
    awaitDump("the demand of a subscriber");
    subscription.cancel();
    subscription.cancel();
    subscription.request(1);
    assertEquals("its subscription was cancelled", nextSeen());
    awaitQuiet();
    assertNull(seen.peek());
  }

  @Test
  void request_ofNothing_isAnErrorThatNamesTheRule() throws Exception {
    for (long count : new long[] {0, -1, Long.MIN_VALUE}) {
      Flow.Subscription subscription = subscribe(counting(5));
      subscription.request(count);
      subscription.request(1);
      assertEquals("it was asked for " + count + " values", nextSeen());
      Throwable told = assertInstanceOf(IllegalArgumentException.class, nextSeen());
      assertEquals(
          "the number of requested values must be positive, rule 3.9: " + count, told.getMessage());
      awaitQuiet();
      assertNull(seen.peek());
    }
  }

  @Test
  void subscriber_thatThrows_isToldNoMore_andTheHandlerIs() throws Exception {
    IllegalStateException failure = new IllegalStateException("broken subscriber");
    Probe broken =
        new Probe() {
          @Override
          public void onNext(Object value) {
            throw failure;
          }
        };
    subscribe(counting(5), broken).request(5);
    awaitQuiet();
    scheduler.close();
    assertSame(failure, unseen.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    assertTrue(seen.isEmpty());
  }

  @Test
  void subscriber_thatCancelsInsideOnNext_getsNoMore() throws Exception {
    Probe modest =
        new Probe() {
          @Override
          public void onNext(Object value) {
            super.onNext(value);
            subscription.remove().cancel();
          }
        };
    modest.subscription.clear();
    counting(5).subscribe(modest);
    while (modest.subscription.isEmpty()) {
      Thread.onSpinWait();
    }
    modest.subscription.element().request(5);
    assertEquals(1, nextSeen());
    assertEquals("its subscription was cancelled", nextSeen());
    awaitQuiet();
    assertNull(seen.peek());
  }

  @Test
  void body_withEndlessDemand_letsOthersOfItsLoopGoOn() throws Exception {
    Flow.Subscription subscription =
        subscribe(
            Publishers.of(
                scheduler,
                out -> {
                  for (int n = 0; ; n++) {
                    out.emit(n);
                  }
                }),
            new Probe() {
              @Override
              public void onNext(Object value) {}
            });
    subscription.request(Long.MAX_VALUE);
    assertEquals("others", scheduler.spawn(() -> "others").join(PATIENCE));
    subscription.cancel();
    awaitQuiet();
  }

  @Test
  void scheduler_thatIsClosed_refusesByOnError() throws Exception {
    scheduler.close();
    Flow.Subscription subscription = subscribe(counting(5));
    subscription.request(1);
    subscription.cancel();
    assertInstanceOf(RejectedExecutionException.class, nextSeen());
  }

  @Test
  void scheduler_thatIsBeingClosed_endsSubscriptionsWithAnError() throws Exception {
    Flow.Subscription _ = subscribe(counting(5));
    awaitDump("the demand of a subscriber");
    scheduler.close(Duration.ZERO);
    assertEquals("the scheduler is closed", nextSeen());
    assertInstanceOf(CoroutineCancelledException.class, nextSeen());
  }

  @Test
  void channel_keepsWhatNobodyWants_andItsEndIsTheSubscribers() throws Exception {
    Channel<Integer> channel = Channel.unlimited();
    for (int n = 1; n <= 3; n++) {
      channel.send(n);
    }
    Publisher<Integer> publisher = Publishers.ofSource(scheduler, channel);
    Flow.Subscription subscription = subscribe(publisher);
    subscription.request(1);
    assertEquals(1, nextSeen());
    awaitDump("the demand of a subscriber");
    assertEquals(2, channel.size());
    subscription.cancel();
    awaitQuiet();
    assertEquals(2, channel.receive());
    IOException failure = new IOException("broken");
    channel.closeWith(failure);
    subscribe(publisher).request(5);
    assertEquals(3, nextSeen());
    assertSame(failure, nextSeen());
  }

  @Test
  void channel_thatIsClosed_completes() throws Exception {
    Channel<Integer> channel = Channel.rendezvous();
    subscribe(Publishers.ofSource(scheduler, channel)).request(5);
    channel.send(1);
    channel.close();
    assertEquals(1, nextSeen());
    assertEquals("complete", nextSeen());
  }

  @Test
  void generator_isClosedWhenItsSubscriberLeaves() throws Exception {
    Flow.Subscription subscription =
        subscribe(
            Publishers.ofGenerators(
                scheduler,
                () ->
                    Generator.<Integer>of(
                        out -> {
                          try {
                            for (int n = 1; ; n++) {
                              out.yield(n);
                            }
                          } finally {
                            seen.add("finally");
                          }
                        })));
    subscription.request(2);
    assertEquals(1, nextSeen());
    assertEquals(2, nextSeen());
    subscription.cancel();
    assertEquals("finally", nextSeen());
    awaitQuiet();
  }
}
