package io.tourbillon.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Futures that a timer completes. If they complete otherwise, they cancel their timer. */
class TimerFuturesTest {
  private static final Duration TEN = Duration.ofMillis(10);

  private final VirtualClock clock = new VirtualClock();
  private final EventLog events = new EventLog();
  private final TimerService timers = TimerService.builder().clock(clock).listener(events).build();

  @AfterEach
  void close() {
    timers.close();
  }

  private static Throwable causeOf(CompletableFuture<?> future) {
    return assertThrows(ExecutionException.class, future::get).getCause();
  }

  @Test
  void after_itsDelay_completesWithNullOnTheDriver() {
    List<Thread> threads = new ArrayList<>();
    CompletableFuture<Void> future = timers.after(TEN);
    CompletableFuture<Void> then = future.thenRun(() -> threads.add(Thread.currentThread()));
    clock.advance(Duration.ofNanos(9_999_999));
    assertFalse(future.isDone());
    clock.advance(Duration.ofNanos(1));
    assertNull(future.join());
    assertNull(then.join());
    assertTrue(threads.getFirst().getName().startsWith("tourbillon-timer-"));
  }

  @Test
  void after_withExecutor_completesThere() {
    QueueingExecutor queue = new QueueingExecutor();
    try (TimerService queued = TimerService.builder().clock(clock).executor(queue).build()) {
      CompletableFuture<Void> future = queued.after(TEN);
      clock.advance(TEN);
      assertFalse(future.isDone());
      queue.runAll();
      assertTrue(future.isDone());
    }
  }

  @Test
  void after_zeroOrNegative_completesAtTheNextTick() {
    CompletableFuture<Void> zero = timers.after(Duration.ZERO);
    CompletableFuture<Void> negative = timers.after(Duration.ofDays(-1));
    assertFalse(zero.isDone() || negative.isDone());
    clock.advance(Duration.ofMillis(1));
    assertTrue(zero.isDone() && negative.isDone());
  }

  @Test
  void after_cancelledOrCompleted_cancelsTheTimer() {
    CompletableFuture<Void> cancelled = timers.after(TEN);
    CompletableFuture<Void> completed = timers.after(TEN);
    CompletableFuture<Void> failed = timers.after(TEN);
    assertEquals(3, timers.pending());
    cancelled.cancel(true);
    completed.complete(null);
    failed.completeExceptionally(new IllegalStateException("by hand"));
    assertEquals(0, timers.pending());
    assertEquals(3, events.named("cancelled").size());
    assertTrue(cancelled.isCancelled());
    assertNull(completed.join());
    assertEquals("by hand", causeOf(failed).getMessage());
    clock.advance(TEN);
    assertEquals(List.of(), events.named("fired"));
  }

  @Test
  void after_timerCancelledBehindItsBack_isCancelled() {
    CompletableFuture<Void> future = timers.after(TEN);
    assertTrue(timers.cancel(events.one("scheduled").id()));
    assertTrue(future.isCancelled());
    assertThrows(CancellationException.class, future::join);
  }

  @Test
  void after_shutdown_failsWithRejectedExecution() {
    CompletableFuture<Void> pending = timers.after(TEN);
    CompletableFuture<String> limited = timers.timeout(new CompletableFuture<>(), TEN);
    assertEquals(List.of(), timers.shutdownNow(), "futures have nothing to hand back");
    for (CompletableFuture<?> future : List.of(pending, limited)) {
      Throwable cause = causeOf(future);
      assertEquals(RejectedExecutionException.class, cause.getClass());
      assertEquals("the timer service has been shut down", cause.getMessage());
    }
  }

  @Test
  void timeout_stageThatTakesLonger_failsWithAMessageThatNamesTheLimit() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    CompletableFuture<String> future = timers.timeout(stage, TEN);
    clock.advance(Duration.ofNanos(9_999_999));
    assertFalse(future.isDone());
    clock.advance(Duration.ofNanos(1));
    Throwable cause = causeOf(future);
    assertEquals(TimeoutException.class, cause.getClass());
    assertEquals("no result within PT0.01S", cause.getMessage());
    assertFalse(stage.isDone(), "the stage is left to go on");
    stage.complete("late");
    assertEquals("late", stage.join());
    assertTrue(future.isCompletedExceptionally());
  }

  @Test
  void timeout_stageInTime_passesItsValueAndCancelsTheTimer() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    CompletableFuture<String> future = timers.timeout(stage, TEN);
    assertEquals(1, timers.pending());
    stage.complete("in time");
    assertEquals("in time", future.join());
    assertEquals(0, timers.pending());
    clock.advance(Duration.ofMillis(100));
    assertEquals("in time", future.join());
    assertEquals(List.of(), events.named("fired"));
  }

  @Test
  void timeout_stageThatFails_failsLikewiseAndCancelsTheTimer() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    CompletableFuture<String> future = timers.timeout(stage, TEN);
    IllegalStateException error = new IllegalStateException("the stage's");
    stage.completeExceptionally(error);
    assertSame(error, causeOf(future));
    assertEquals(0, timers.pending());
  }

  @Test
  void timeout_stageAlreadyDone_isDoneAndLeavesNoTimer() {
    assertEquals("now", timers.timeout(CompletableFuture.completedFuture("now"), TEN).join());
    assertNull(timers.timeout(CompletableFuture.completedFuture(null), TEN).join());
    IllegalStateException error = new IllegalStateException("at once");
    CompletionStage<String> failed = CompletableFuture.failedFuture(error);
    assertSame(
        error,
        assertThrows(CompletionException.class, timers.timeout(failed, TEN)::join).getCause());
    assertEquals(0, timers.pending());
  }

  @Test
  void timeout_minimalStage_isEnough() {
    CompletableFuture<String> source = new CompletableFuture<>();
    CompletableFuture<String> future = timers.timeout(source.minimalCompletionStage(), TEN);
    source.complete("through a stage");
    assertEquals("through a stage", future.join());
  }

  @Test
  void timeout_cancelledOrCompleted_cancelsTheTimerAndLeavesTheStage() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    timers.timeout(stage, TEN).cancel(true);
    timers.timeout(stage, TEN).complete("by hand");
    assertEquals(0, timers.pending());
    assertFalse(stage.isDone());
  }

  @Test
  void timeout_limitZeroOrNegative_isOverAtTheNextTick() {
    CompletableFuture<String> future =
        timers.timeout(new CompletableFuture<>(), Duration.ofMillis(-3));
    assertFalse(future.isDone());
    clock.advance(Duration.ofMillis(1));
    assertEquals("no result within PT-0.003S", causeOf(future).getMessage());
  }

  @Test
  void afterAndTimeout_onceShutDown_areRefused() {
    timers.close();
    assertThrows(RejectedExecutionException.class, () -> timers.after(TEN));
    CompletableFuture<String> open = new CompletableFuture<>();
    assertThrows(RejectedExecutionException.class, () -> timers.timeout(open, TEN));
  }

  @Test
  void after_callbackThatThrows_doesNotHarmTheDriver() {
    CompletableFuture<Object> failing =
        timers
            .after(TEN)
            .thenApply(
                _ -> {
                  throw new IllegalStateException("a callback's");
                });
    clock.advance(TEN);
    assertEquals("a callback's", causeOf(failing).getMessage());
    CompletableFuture<Void> next = timers.after(TEN);
    clock.advance(TEN);
    assertTrue(next.isDone());
  }

  @Test
  void timeout_stageThatHasCompleted_neverFailsAndTakesNoPermit() {
    try (TimerService full = TimerService.builder().clock(clock).maxPending(1).build()) {
      full.schedule(Duration.ofMillis(1), NoTask.NOTHING);
      for (Duration limit : List.of(Duration.ZERO, Duration.ofHours(1), Duration.ofHours(-1))) {
        assertEquals("v", full.timeout(CompletableFuture.completedFuture("v"), limit).join());
        assertEquals("v", full.timeout(CompletableFuture.completedStage("v"), limit).join());
      }
      assertEquals(1, full.pending());
    }
  }

  /** Time leaps by an hour whenever the driver rests, so between any two lines. */
  @Test
  void timeout_stageThatHasCompletedWhileTimeLeaps_neverFails() {
    clock.autoAdvance(true);
    try (TimerService leaping = TimerService.builder().clock(clock).build()) {
      for (int i = 0; i < 20_000; i++) {
        CompletableFuture<Integer> stage = CompletableFuture.completedFuture(i);
        assertEquals(i, leaping.timeout(stage, Duration.ofHours(1)).join());
      }
    } finally {
      clock.autoAdvance(false);
    }
  }

  /** A stage that has completed is within every limit, and needs no timer. */
  @Test
  void timeout_stageThatHasCompleted_isPassedOnAfterAShutdown() {
    TimerService closed = TimerService.builder().clock(clock).build();
    closed.close();
    Duration hour = Duration.ofHours(1);
    assertEquals("x", closed.timeout(CompletableFuture.completedFuture("x"), hour).join());
    assertEquals("y", closed.timeout(CompletableFuture.completedStage("y"), hour).join());
    IllegalStateException failure = new IllegalStateException("of the stage");
    CompletableFuture<String> failed =
        closed.timeout(CompletableFuture.<String>failedFuture(failure), hour);
    assertEquals(failure, failed.exceptionNow());
  }

  @Test
  void timeout_refusedForTheLimit_leavesNothing() {
    try (TimerService full = TimerService.builder().clock(clock).maxPending(1).build()) {
      full.schedule(Duration.ofMillis(1), NoTask.NOTHING);
      CompletableFuture<String> stage = new CompletableFuture<>();
      assertThrows(
          RejectedExecutionException.class, () -> full.timeout(stage, Duration.ofHours(1)));
      assertEquals(1, full.pending());
      assertFalse(stage.isDone());
    }
  }
}
