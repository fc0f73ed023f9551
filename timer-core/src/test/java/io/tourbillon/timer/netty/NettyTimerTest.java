package io.tourbillon.timer.netty;

import static java.util.concurrent.TimeUnit.DAYS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.Timeout;
import io.netty.util.TimerTask;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Netty's contract, on a virtual clock. */
@org.junit.jupiter.api.Timeout(60)
class NettyTimerTest {
  private final VirtualClock clock = new VirtualClock();
  private final List<Object> failures = new ArrayList<>();
  private final TimerService timers =
      TimerService.builder()
          .clock(clock)
          .exceptionHandler(
              (task, error) -> {
                failures.add(task);
                failures.add(error);
              })
          .build();
  private final NettyTimer timer = new NettyTimer(timers);
  private final Recording task = new Recording();

  /** Records the calls that it receives. */
  private static final class Recording implements TimerTask {
    final List<Timeout> ran = new ArrayList<>();
    final List<Timeout> cancelled = new ArrayList<>();

    @Override
    public void run(Timeout timeout) {
      ran.add(timeout);
    }

    @Override
    public void cancelled(Timeout timeout) {
      cancelled.add(timeout);
    }
  }

  @AfterEach
  void close() {
    timers.close();
  }

  private void advance(long millis) {
    clock.advance(Duration.ofMillis(millis));
  }

  // One timeout.

  @Test
  void newTimeout_runsWhenDueWithItself() {
    Timeout timeout = timer.newTimeout(task, 10, MILLISECONDS);
    assertSame(timer, timeout.timer());
    assertSame(task, timeout.task());
    advance(9);
    assertFalse(timeout.isExpired());
    advance(1);
    assertEquals(List.of(timeout), task.ran);
    assertTrue(timeout.isExpired());
    assertFalse(timeout.isCancelled());
    assertFalse(timeout.cancel());
    assertEquals(List.of(), task.cancelled);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void newTimeout_delayOfZeroOrLess_runsAtNextTick(long delay) {
    Timeout timeout = timer.newTimeout(task, delay, DAYS);
    advance(1);
    assertTrue(timeout.isExpired());
  }

  @Test
  void newTimeout_delayOverflows_waits() {
    Timeout timeout = timer.newTimeout(task, Long.MAX_VALUE, DAYS);
    clock.advance(Duration.ofDays(1_000));
    assertFalse(timeout.isExpired());
    assertTrue(timeout.cancel());
  }

  @Test
  void newTimeout_fromInsideTask_runs() {
    AtomicReference<Timeout> inner = new AtomicReference<>();
    timer.newTimeout(outer -> inner.set(outer.timer().newTimeout(task, 1, SECONDS)), 1, SECONDS);
    advance(2_001);
    assertEquals(List.of(inner.get()), task.ran);
  }

  @Test
  void isExpired_insideTask_isTrueAndCancelIsFalse() {
    List<Boolean> seen = new ArrayList<>();
    timer.newTimeout(
        timeout -> {
          seen.add(timeout.isExpired());
          seen.add(timeout.isCancelled());
          seen.add(timeout.cancel());
        },
        0,
        SECONDS);
    advance(1);
    assertEquals(List.of(true, false, false), seen);
  }

  @Test
  void run_throwsCheckedException_exceptionHandlerIsTold() {
    Exception failure = new Exception("checked");
    Timeout timeout =
        timer.newTimeout(
            self -> {
              throw failure;
            },
            1,
            MILLISECONDS);
    Timeout next = timer.newTimeout(task, 2, MILLISECONDS);
    advance(2);
    assertEquals(List.of(timeout, failure), failures);
    assertTrue(timeout.isExpired());
    assertTrue(next.isExpired());
  }

  @Test
  void newTimeout_maxPendingReached_isRejectedUntilOneIsCancelled() {
    TimerService two = TimerService.builder().clock(clock).maxPending(2).build();
    NettyTimer limited = new NettyTimer(two);
    Timeout first = limited.newTimeout(task, 1, SECONDS);
    limited.newTimeout(task, 1, SECONDS);
    RejectedExecutionException refusal =
        assertThrows(RejectedExecutionException.class, () -> limited.newTimeout(task, 1, SECONDS));
    assertTrue(refusal.getMessage().contains("2"), refusal.getMessage());
    assertTrue(first.cancel());
    limited.newTimeout(task, 1, SECONDS);
    assertEquals(2, limited.stop().size());
    assertEquals(0, two.pending());
    two.close();
  }

  @Test
  void arguments_null_nameThemselves() {
    assertEquals("timers", nullMessage(() -> new NettyTimer(null)));
    assertEquals("task", nullMessage(() -> timer.newTimeout(null, 1, SECONDS)));
    assertEquals("unit", nullMessage(() -> timer.newTimeout(task, 1, null)));
  }

  private static String nullMessage(org.junit.jupiter.api.function.Executable call) {
    return assertThrows(NullPointerException.class, call).getMessage();
  }

  // Cancelling.

  @Test
  void netty_onTheClassPath_isTheLineToBeTested() {
    String version = System.getProperty("tests.netty");
    if (version != null) {
      assertEquals(version.startsWith("4.2"), NettyLine.tellsTasks(), version);
      assertTrue(
          TimerTask.class.getProtectionDomain().getCodeSource().toString().contains(version));
    }
  }

  /** Netty 4.1 has no method to tell a task, and this must not cause a log record. */
  @Test
  void cancel_withoutFailures_logsNothing() {
    Logger logger = Logger.getLogger("io.tourbillon.timer");
    List<LogRecord> logged = new ArrayList<>();
    logger.setFilter(
        entry -> {
          logged.add(entry);
          return false;
        });
    try {
      assertTrue(timer.newTimeout(task, 1, SECONDS).cancel());
      assertEquals(List.of(), logged.stream().map(LogRecord::getMessage).toList());
    } finally {
      logger.setFilter(null);
    }
  }

  @Test
  void cancel_pending_freesTimerAndTellsTask() {
    Timeout timeout = timer.newTimeout(task, 1, SECONDS);
    assertEquals(1, timers.pending());
    assertTrue(timeout.cancel());
    assertEquals(0, timers.pending());
    assertEquals(NettyLine.told(timeout), task.cancelled);
    assertTrue(timeout.isCancelled());
    assertFalse(timeout.isExpired());
    assertFalse(timeout.cancel());
    advance(2_000);
    assertEquals(List.of(), task.ran);
  }

  @Test
  void cancel_byTaskOfTheSameTick_otherDoesNotRun() {
    List<Timeout> both = new ArrayList<>();
    List<Boolean> cancelled = new ArrayList<>();
    TimerTask cancelsBoth =
        self -> {
          task.run(self);
          both.forEach(either -> cancelled.add(either.cancel()));
        };
    both.add(timer.newTimeout(cancelsBoth, 5, MILLISECONDS));
    both.add(timer.newTimeout(cancelsBoth, 5, MILLISECONDS));
    advance(5);
    assertEquals(1, task.ran.size());
    assertTrue(cancelled.remove(true));
    assertEquals(List.of(false), cancelled, "its own");
  }

  @Test
  void cancel_taskThrowsWhenTold_isCancelledAllTheSame() {
    Timeout timeout =
        timer.newTimeout(
            new TimerTask() {
              @Override
              public void run(Timeout timeout) {}

              @Override
              public void cancelled(Timeout timeout) {
                throw new IllegalStateException("thrown by a test");
              }
            },
            1,
            SECONDS);
    assertTrue(timeout.cancel());
    assertTrue(timeout.isCancelled());
  }

  // Stopping.

  @Test
  void stop_pendingTimeouts_areCancelledAndReturned() {
    Timeout expired = timer.newTimeout(task, 1, MILLISECONDS);
    Timeout cancelled = timer.newTimeout(task, 1, SECONDS);
    Timeout first = timer.newTimeout(task, 1, SECONDS);
    Timeout second = timer.newTimeout(task, 1, DAYS);
    advance(1);
    cancelled.cancel();
    assertEquals(Set.of(first, second), timer.stop());
    assertTrue(expired.isExpired());
    assertTrue(first.isCancelled());
    assertFalse(first.cancel());
    assertEquals(NettyLine.told(cancelled), task.cancelled);
    assertEquals(0, timers.pending());
    advance(2_000);
    assertEquals(List.of(expired), task.ran);
  }

  @Test
  void stop_twice_secondReturnsNone() {
    timer.newTimeout(task, 1, SECONDS);
    assertEquals(1, timer.stop().size());
    assertEquals(Set.of(), timer.stop());
  }

  @Test
  void newTimeout_afterStop_isIllegal() {
    timer.stop();
    assertThrows(IllegalStateException.class, () -> timer.newTimeout(task, 1, SECONDS));
    assertEquals(0, timers.pending());
  }

  @Test
  void stop_serviceAndOtherTimers_goOn() {
    NettyTimer other = new NettyTimer(timers);
    Timeout others = other.newTimeout(task, 1, MILLISECONDS);
    timer.stop();
    advance(1);
    assertTrue(others.isExpired());
    assertFalse(timers.isShutdown());
  }

  @Test
  void stop_fromInsideItsTask_isIllegalAndChangesNothing() {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    timer.newTimeout(
        self -> thrown.set(assertThrows(IllegalStateException.class, timer::stop)), 1, SECONDS);
    Timeout later = timer.newTimeout(task, 2, SECONDS);
    advance(2_000);
    assertInstanceOf(IllegalStateException.class, thrown.get());
    assertTrue(later.isExpired());
  }

  @Test
  void stop_fromInsideTaskOfAnotherTimer_stops() {
    NettyTimer other = new NettyTimer(timers);
    timer.newTimeout(self -> other.stop(), 0, SECONDS);
    Timeout others = other.newTimeout(task, 1, SECONDS);
    advance(1);
    assertTrue(others.isCancelled());
  }

  @Test
  void stop_taskRunning_interruptsItAndWaits() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    List<Object> seen = new ArrayList<>();
    Timeout running =
        timer.newTimeout(
            self -> {
              started.countDown();
              try {
                Thread.sleep(Duration.ofMinutes(10));
              } catch (InterruptedException e) {
                seen.add(e);
              }
            },
            0,
            SECONDS);
    Timeout sameTick = timer.newTimeout(task, 0, SECONDS);
    AtomicReference<Boolean> interrupted = new AtomicReference<>();
    timers.arm(0, SECONDS, () -> interrupted.set(Thread.currentThread().isInterrupted()));
    Thread mover = Thread.ofPlatform().start(() -> advance(1));
    started.await();
    assertEquals(Set.of(sameTick), timer.stop());
    assertEquals(1, seen.size());
    assertTrue(running.isExpired());
    mover.join();
    assertEquals(false, interrupted.get());
    assertEquals(List.of(), task.ran);
  }

  @Test
  void stop_taskIgnoresInterrupt_callerWaitsThoughInterruptedAndNoStrangerSeesIt()
      throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    timer.newTimeout(
        self -> {
          started.countDown();
          while (released.getCount() > 0) {
            Thread.onSpinWait();
          }
        },
        0,
        SECONDS);
    List<Boolean> strangerInterrupted = new ArrayList<>();
    timers.arm(0, SECONDS, () -> strangerInterrupted.add(Thread.currentThread().isInterrupted()));
    Thread mover = Thread.ofPlatform().start(() -> advance(1));
    started.await();
    List<Boolean> interrupted = new ArrayList<>();
    Thread stopper =
        Thread.ofPlatform()
            .start(
                () -> {
                  timer.stop();
                  interrupted.add(Thread.currentThread().isInterrupted());
                });
    stopper.interrupt();
    assertFalse(stopper.join(Duration.ofMillis(50)));
    released.countDown();
    stopper.join();
    mover.join();
    assertEquals(List.of(true), interrupted);
    assertEquals(List.of(false), strangerInterrupted);
  }

  // With the service.

  @Test
  void serviceShutdownNow_pendingTimeouts_areCancelledAndHandedBack() {
    Timeout expired = timer.newTimeout(task, 1, MILLISECONDS);
    Timeout pending = timer.newTimeout(task, 1, SECONDS);
    advance(1);
    assertEquals(List.of(pending), timers.shutdownNow());
    assertTrue(pending.isCancelled());
    assertFalse(pending.isExpired());
    assertFalse(pending.cancel());
    assertTrue(expired.isExpired());
    assertEquals(Set.of(), timer.stop());
  }

  @Test
  void newTimeout_afterServiceShutdown_isIllegal() {
    timers.close();
    assertThrows(IllegalStateException.class, () -> timer.newTimeout(task, 1, SECONDS));
    assertEquals(Set.of(), timer.stop());
  }

  @Test
  void executorRefuses_timeoutHasExpiredAndHandlerIsTold() {
    RejectedExecutionException refusal = new RejectedExecutionException("full");
    List<Object> told = new ArrayList<>();
    TimerService refusing =
        TimerService.builder()
            .clock(clock)
            .executor(
                command -> {
                  throw refusal;
                })
            .exceptionHandler(
                (refused, error) -> {
                  told.add(refused);
                  told.add(error);
                })
            .build();
    NettyTimer refused = new NettyTimer(refusing);
    Timeout timeout = refused.newTimeout(task, 0, SECONDS);
    advance(1);
    assertTrue(timeout.isExpired());
    assertEquals(List.of(timeout, refusal), told);
    assertEquals(List.of(), task.ran);
    assertEquals(Set.of(), refused.stop());
    refusing.close();
  }

  @Test
  void executorQueues_timeoutCanBeCancelledUntilItsTaskBegins() {
    List<Runnable> queue = new ArrayList<>();
    TimerService queueing = TimerService.builder().clock(clock).executor(queue::add).build();
    NettyTimer queued = new NettyTimer(queueing);
    Timeout cancelled = queued.newTimeout(task, 0, SECONDS);
    Timeout stopped = queued.newTimeout(task, 0, SECONDS);
    advance(1);
    assertEquals(2, queue.size());
    assertTrue(cancelled.cancel());
    assertEquals(Set.of(stopped), queued.stop());
    queue.forEach(Runnable::run);
    assertEquals(List.of(), task.ran);
    queueing.close();
  }

  @Test
  void pendingTimeouts_countsThoseThatHaveNotEnded() {
    assertEquals(0, timer.pendingTimeouts());
    Timeout cancelled = timer.newTimeout(_ -> {}, 1, DAYS);
    timer.newTimeout(_ -> {}, 1, MILLISECONDS);
    timer.newTimeout(_ -> {}, 1, DAYS);
    assertEquals(3, timer.pendingTimeouts());
    cancelled.cancel();
    clock.advance(Duration.ofMillis(1));
    assertEquals(1, timer.pendingTimeouts());
    timer.stop();
    assertEquals(0, timer.pendingTimeouts());
  }
}
