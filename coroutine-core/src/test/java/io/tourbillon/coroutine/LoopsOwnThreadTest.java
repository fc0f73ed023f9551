package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static io.tourbillon.coroutine.channel.Select.onReceive;
import static io.tourbillon.coroutine.channel.Select.onTimeout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.channel.ChannelClosedException;
import io.tourbillon.coroutine.channel.Select;
import io.tourbillon.coroutine.channel.Source;
import io.tourbillon.coroutine.generator.Generator;
import io.tourbillon.coroutine.internal.scheduler.Internals;
import io.tourbillon.coroutine.sync.Event;
import io.tourbillon.coroutine.sync.Mutex;
import io.tourbillon.timer.VirtualClock;
import java.io.IOException;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * User code never runs on a loop's own thread, where it would block everything: these tests pass
 * objects of users to everything that takes some, and each object notes where it is called. Timer
 * tasks of the scheduler, and actions that depend on the end of a coroutine, are exceptions on
 * engines whose blocking calls block the loop anyway.
 */
@Tag("not-plain-thread") // No turns.
class LoopsOwnThreadTest {
  /** The places where user code was called on a loop's own thread. */
  private static final Queue<Throwable> VIOLATIONS = new ConcurrentLinkedQueue<>();

  /** The calls of user code, so that a test can check that they happened. */
  private static final Queue<String> CALLS = new ConcurrentLinkedQueue<>();

  private final Queue<Throwable> told = new ConcurrentLinkedQueue<>();
  private final CoroutineScheduler scheduler =
      TestSchedulers.builder()
          .loops(1)
          .exceptionHandler(
              (coroutine, failure) -> {
                called("exceptionHandler");
                told.add(failure);
              })
          .stallHandler(stall -> called("stallHandler"))
          .realTimeWaitHandler(wait -> called("realTimeWaitHandler"))
          .build();

  private static void called(String method) {
    CALLS.add(method);
    if (Internals.isLoopsOwnThread()) {
      VIOLATIONS.add(new Throwable(method + " on " + Thread.currentThread()));
    }
  }

  /** Each method that can be overridden notes where it is called. */
  private static class Spy {
    @Override
    public boolean equals(Object other) {
      called("equals");
      return this == other;
    }

    @Override
    public int hashCode() {
      called("hashCode");
      return System.identityHashCode(this);
    }

    @Override
    public String toString() {
      called("toString");
      return "spy";
    }
  }

  @SuppressWarnings("ThrowableEqualsHashCode") // Detects who calls them.
  private static class SpyException extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      called("getMessage");
      return "spy";
    }

    @Override
    public String getLocalizedMessage() {
      called("getLocalizedMessage");
      return super.getLocalizedMessage();
    }

    @Override
    public synchronized Throwable getCause() {
      called("getCause");
      return super.getCause();
    }

    @Override
    public synchronized Throwable initCause(Throwable cause) {
      called("initCause");
      return super.initCause(cause);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      called("fillInStackTrace");
      return super.fillInStackTrace();
    }

    @Override
    public StackTraceElement[] getStackTrace() {
      called("getStackTrace");
      return super.getStackTrace();
    }

    @Override
    public boolean equals(Object other) {
      called("equals");
      return this == other;
    }

    @Override
    public int hashCode() {
      called("hashCode");
      return System.identityHashCode(this);
    }

    @Override
    public String toString() {
      called("toString");
      return super.toString();
    }
  }

  private static final class SpyCancellation extends CancellationException {
    private static final long serialVersionUID = 1;

    @Override
    public String toString() {
      called("toString");
      return "spy";
    }

    @Override
    public String getMessage() {
      called("getMessage");
      return "spy";
    }
  }

  @SuppressWarnings("ThrowableEqualsHashCode") // Inherited from its superclass.
  private static final class SpyEnd extends SpyException implements OrderlyEnd {
    private static final long serialVersionUID = 1;

    @Override
    public boolean isOrderly() {
      called("isOrderly");
      return false;
    }
  }

  private static final class SpyChannel extends AbstractInterruptibleChannel {
    final CountDownLatch reading = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    int read() throws IOException {
      boolean done = false;
      try {
        begin();
        reading.countDown();
        while (closed.getCount() > 0) {
          try {
            closed.await();
          } catch (InterruptedException soItIsClosed) {
            // The interrupt closes the channel, which this waits for.
          }
        }
        done = true;
      } finally {
        end(done);
      }
      return 0;
    }

    @Override
    protected void implCloseChannel() {
      called("implCloseChannel");
      closed.countDown();
    }
  }

  private static final InheritableThreadLocal<Spy> INHERITED =
      new InheritableThreadLocal<>() {
        @Override
        protected Spy childValue(Spy parentValue) {
          called("childValue");
          return parentValue;
        }
      };

  @AfterEach
  void close() {
    INHERITED.remove();
    assertTrue(scheduler.close(Duration.ZERO));
    Throwable first = VIOLATIONS.peek();
    VIOLATIONS.clear();
    CALLS.clear();
    if (first != null) {
      throw new AssertionError(first);
    }
  }

  private void awaitTold(int count) throws Exception {
    while (told.size() < count) {
      Thread.sleep(1);
    }
  }

  @Test
  void failures() throws Exception {
    Coroutine<?> joined =
        scheduler.spawn(
            () -> {
              throw new SpyException();
            });
    assertThrows(CompletionException.class, joined::join);
    assertThrows(ExecutionException.class, () -> joined.toFuture().get());
    Coroutine<?> cancelledByItself =
        scheduler.spawn(
            () -> {
              Coroutines.yieldNow();
              throw new SpyCancellation();
            });
    assertThrows(CompletionException.class, cancelledByItself::join);
    Coroutine<?> watched =
        scheduler.spawn(
            () -> {
              Coroutines.delay(Duration.ofMillis(5));
              throw new SpyCancellation();
            });
    assertThrows(ExecutionException.class, () -> watched.toFuture().get());
    scheduler.spawn(
        () -> {
          throw new SpyEnd();
        });
    scheduler.spawn(
        () -> {
          CompletableFuture<Integer> failed = new CompletableFuture<>();
          failed.completeExceptionally(new SpyException());
          return Coroutines.await(failed);
        });
    awaitTold(2);
    assertTrue(CALLS.contains("isOrderly"));
    assertTrue(CALLS.contains("exceptionHandler"));
  }

  @Test
  void failure_thatTheDefaultHandlerLogs() throws Exception {
    try (LogCapture log = new LogCapture();
        CoroutineScheduler logging = TestSchedulers.oneLoop()) {
      logging.spawn(
          () -> {
            throw new SpyException();
          });
      assertNotNull(log.firstLine());
    }
  }

  @Test
  void waits_andWhatTheyAreFor() throws Exception {
    Spy spy = new Spy();
    CompletableFuture<Resumption<Spy>> waiting = new CompletableFuture<>();
    Coroutine<Spy> coroutine = scheduler.spawn(() -> Suspension.<Spy>await(spy, waiting::complete));
    Resumption<Spy> resumption = waiting.get();
    while (coroutine.waitsFor().isEmpty()) {
      Thread.sleep(1);
    }
    assertEquals("spy", coroutine.waitsFor().orElseThrow());
    assertTrue(scheduler.dump(10).toString().contains("spy"));
    resumption.resume(spy);
    assertNotNull(coroutine.join(PATIENCE));
    Coroutine<?> late =
        scheduler.spawn(
            () ->
                assertThrows(
                    TimeoutException.class,
                    () -> Suspension.await(spy, Duration.ofMillis(2), _ -> {})));
    late.join(PATIENCE);
    Coroutine<?> cancelled =
        scheduler.spawn(
            () -> Coroutines.suspend(callback -> callback.onCancel(() -> called("onCancel"))));
    while (cancelled.waitsFor().isEmpty()) {
      Thread.sleep(1);
    }
    cancelled.cancel();
    assertCancelled(cancelled::join);
    assertTrue(CALLS.contains("onCancel"));
  }

  @Test
  void stagesThatAreAwaited() throws Exception {
    CompletableFuture<Spy> stage =
        new CompletableFuture<>() {
          @Override
          public String toString() {
            called("toString");
            return "spy";
          }
        };
    Coroutine<Spy> coroutine = scheduler.spawn(() -> Coroutines.await(stage));
    while (coroutine.waitsFor().isEmpty()) {
      Thread.sleep(1);
    }
    assertTrue(scheduler.dump(10).toString().contains("spy"));
    stage.completeExceptionally(new SpyException());
    assertThrows(CompletionException.class, coroutine::join);
  }

  @Test
  void interruptedCalls() throws Exception {
    SpyChannel channel = new SpyChannel();
    Coroutine<Integer> coroutine = scheduler.spawn(() -> Coroutines.blocking(channel::read));
    channel.reading.await();
    coroutine.cancel();
    assertCancelled(coroutine::join);
    assertTrue(CALLS.contains("implCloseChannel"));
    Coroutine<?> failing =
        scheduler.spawn(
            () ->
                Coroutines.blocking(
                    () -> {
                      throw new SpyException();
                    }));
    assertThrows(CompletionException.class, failing::join);
  }

  @Test
  @Tag("virtual-thread")
  void interruptedCallsOfCoroutines() throws Exception {
    SpyChannel channel = new SpyChannel();
    Coroutine<Integer> coroutine = scheduler.spawn(() -> channel.read());
    channel.reading.await();
    coroutine.cancel();
    assertCancelled(coroutine::join);
    assertTrue(CALLS.contains("implCloseChannel"));
  }

  @Test
  void threadLocalsThatAreInherited() throws Exception {
    INHERITED.set(new Spy());
    try (CoroutineScheduler another = TestSchedulers.oneLoop()) {
      Coroutine<Boolean> coroutine =
          another.spawn(
              () -> {
                Coroutines.delay(Duration.ofMillis(1));
                return INHERITED.get() == null;
              });
      assertTrue(coroutine.join(PATIENCE));
    }
  }

  @Test
  void channelsAndSelects() throws Exception {
    Channel<Spy> channel =
        Channel.<Spy>builder().onUndelivered(_ -> called("onUndelivered")).buffered(2);
    Coroutine<?> sender =
        scheduler.spawn(
            () -> {
              channel.send(new Spy());
              channel.send(new Spy());
              channel.closeWith(new SpyException());
            });
    sender.join(PATIENCE);
    Coroutine<?> receiver =
        scheduler.spawn(
            () -> {
              assertNotNull(channel.receive());
              Spy second =
                  Select.select(
                      onReceive(channel, spy -> spy), onTimeout(PATIENCE, () -> new Spy()));
              assertNotNull(second);
              assertThrows(ChannelClosedException.class, channel::receive);
            });
    receiver.join(PATIENCE);
    Source<Spy> produced =
        Channel.produce(
            scheduler,
            0,
            to -> {
              to.send(new Spy());
              throw new SpyException();
            });
    scheduler
        .spawn(
            () -> {
              assertNotNull(produced.receive());
              assertThrows(ChannelClosedException.class, produced::receive);
            })
        .join(PATIENCE);
  }

  @Test
  void generatorsAndLocks() throws Exception {
    scheduler
        .spawn(
            () -> {
              Generator<Spy> spies =
                  Generator.of(
                      yielder -> {
                        yielder.yield(new Spy());
                        throw new SpyException();
                      });
              assertNotNull(spies.next());
              assertThrows(CompletionException.class, spies::next);
              Mutex mutex = new Mutex();
              mutex.withLock(() -> called("withLock"));
              Event event = new Event();
              event.set();
              event.await();
            })
        .join(PATIENCE);
  }

  @Test
  void stalls() throws Exception {
    try (CoroutineScheduler watched =
        TestSchedulers.builder()
            .loops(1)
            .watchdog(Duration.ofMillis(1))
            .stallHandler(_ -> called("stallHandler"))
            .build()) {
      watched.spawn(
          () -> {
            while (!CALLS.contains("stallHandler")) {
              Thread.onSpinWait();
            }
          });
    }
    assertTrue(CALLS.contains("stallHandler"));
  }

  /** On engines whose blocking calls block the loop, these run on the loop's own thread. */
  @Test
  @Tag("virtual-thread")
  void tasksOnTheLoop() throws Exception {
    CountDownLatch done = new CountDownLatch(4);
    scheduler.timers().schedule(Duration.ofMillis(1), () -> taskDone(done));
    Coroutine<Spy> coroutine =
        scheduler.spawn(
            () -> {
              Coroutines.delay(Duration.ofMillis(1));
              return new Spy();
            });
    CompletableFuture<?> _ = coroutine.toFuture().thenAccept(_ -> taskDone(done));
    CompletableFuture<?> _ = coroutine.toFuture().whenComplete((_, _) -> taskDone(done));
    Coroutine<?> losing =
        scheduler.spawn(
            () ->
                assertThrows(
                    TimeoutException.class,
                    () ->
                        Coroutines.acquireWithin(
                            Duration.ofMillis(1),
                            () -> {
                              Thread.sleep(20);
                              return new Spy();
                            },
                            _ -> taskDone(done))));
    losing.join(PATIENCE);
    assertTrue(done.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
  }

  private static void taskDone(CountDownLatch done) {
    called("task");
    done.countDown();
  }

  /** The message of a failure is part of the reason for cancelling the others. */
  @Test
  void failuresOfChildren() throws Exception {
    for (Policy policy : Policy.values()) {
      scheduler
          .spawn(
              () -> {
                try {
                  CoroutineScope.run(
                      policy,
                      scope -> {
                        scope.spawn(
                            () -> {
                              throw new SpyException();
                            });
                        scope.spawn(
                            () -> {
                              Coroutines.yieldNow();
                              throw new SpyException();
                            });
                        CompletableFuture<?> _ =
                            scope.spawn(() -> Coroutines.delay(Duration.ofMillis(10))).toFuture();
                        return 1;
                      });
                } catch (CompletionException failed) {
                  // Two of the policies throw it.
                }
              })
          .join(PATIENCE);
    }
  }

  @Test
  @Tag("virtual-thread")
  void waitsInRealTime() throws Exception {
    VirtualClock clock = new VirtualClock();
    try (CoroutineScheduler virtual =
        TestSchedulers.builder()
            .loops(1)
            .clock(clock)
            .realTimeWaitHandler(_ -> called("realTimeWaitHandler"))
            .build()) {
      virtual.spawn(() -> Thread.sleep(1_000));
      while (virtual.stats().loops().getFirst().coroutines() > 0) {
        clock.advance(Duration.ofMillis(200));
        Thread.sleep(1);
      }
    }
    assertTrue(List.copyOf(CALLS).contains("realTimeWaitHandler"));
  }
}
