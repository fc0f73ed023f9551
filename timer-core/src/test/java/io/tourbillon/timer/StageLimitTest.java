package io.tourbillon.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Limits that give a value or cancel the work, and executors that delay. */
class StageLimitTest {
  private static final Duration TEN = Duration.ofMillis(10);

  private final VirtualClock clock = new VirtualClock();
  private final Failures failures = new Failures();
  private final TimerService timers =
      TimerService.builder().clock(clock).exceptionHandler(failures).build();

  @AfterEach
  void close() {
    timers.close();
  }

  // completeOnTimeout

  @Test
  void completeOnTimeout_stageThatTakesLonger_givesTheValueAndLeavesTheStage() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    CompletableFuture<String> future = timers.completeOnTimeout(stage, "default", TEN);
    clock.advance(TEN.minusNanos(1));
    assertFalse(future.isDone());
    clock.advance(Duration.ofNanos(1));
    assertEquals("default", future.join());
    assertFalse(stage.isDone());
  }

  @Test
  void completeOnTimeout_nullValue_isGiven() {
    CompletableFuture<String> future =
        timers.completeOnTimeout(new CompletableFuture<>(), null, TEN);
    clock.advance(TEN);
    assertNull(future.join());
    assertTrue(future.isDone());
  }

  @Test
  void completeOnTimeout_stageInTime_passesItsResultAndCancelsTheTimer() {
    CompletableFuture<String> good = new CompletableFuture<>();
    CompletableFuture<String> bad = new CompletableFuture<>();
    CompletableFuture<String> ofGood = timers.completeOnTimeout(good, "default", TEN);
    CompletableFuture<String> ofBad = timers.completeOnTimeout(bad, "default", TEN);
    IllegalStateException error = new IllegalStateException("the stage's");
    good.complete("in time");
    bad.completeExceptionally(error);
    assertEquals("in time", ofGood.join());
    assertSame(error, ofBad.exceptionNow());
    assertEquals(0, timers.pending());
  }

  // cancelOnTimeout

  @Test
  void cancelOnTimeout_stageThatTakesLonger_isCancelledAfterTheFutureHasFailed() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    CompletableFuture<String> future = timers.cancelOnTimeout(stage, TEN);
    List<Boolean> failedBefore = new ArrayList<>();
    CompletableFuture<?> _ = stage.whenComplete((_, _) -> failedBefore.add(future.isDone()));
    clock.advance(TEN);
    assertInstanceOf(TimeoutException.class, future.exceptionNow());
    assertTrue(stage.isCancelled());
    assertEquals(List.of(true), failedBefore);
  }

  @Test
  void cancelOnTimeout_futureCancelled_cancelsTheStageAndTheTimer() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    timers.cancelOnTimeout(stage, TEN).cancel(true);
    assertTrue(stage.isCancelled());
    assertEquals(0, timers.pending());
  }

  @Test
  void cancelOnTimeout_futureCompletedByHand_leavesTheStage() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    timers.cancelOnTimeout(stage, TEN).complete("by hand");
    assertEquals(0, timers.pending());
    clock.advance(TEN);
    assertFalse(stage.isDone());
  }

  @Test
  void cancelOnTimeout_stageInTime_isNotCancelled() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    CompletableFuture<String> future = timers.cancelOnTimeout(stage, TEN);
    stage.complete("in time");
    assertEquals("in time", future.join());
    assertEquals(0, timers.pending());
    clock.advance(TEN);
    assertFalse(stage.isCancelled());
  }

  @Test
  void cancelOnTimeout_refused_leavesTheStage() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    try (TimerService full = TimerService.builder().clock(clock).maxPending(1).build()) {
      full.schedule(TEN, NoTask.NOTHING);
      assertThrows(RejectedExecutionException.class, () -> full.cancelOnTimeout(stage, TEN));
    }
    assertFalse(stage.isDone());
  }

  @Test
  void cancelOnTimeout_stageWithoutFuture_isRefusedAtOnce() {
    CompletionStage<String> opaque =
        new CompletableFuture<>() {
          @Override
          public CompletableFuture<String> toCompletableFuture() {
            throw new UnsupportedOperationException("opaque");
          }
        };
    assertThrows(UnsupportedOperationException.class, () -> timers.cancelOnTimeout(opaque, TEN));
    assertEquals(0, timers.pending());
  }

  @Test
  void cancelOnTimeout_cancelThatThrows_isReportedAndTheFutureHasFailed() {
    IllegalStateException error = new IllegalStateException("cannot be cancelled");
    CompletableFuture<String> stubborn =
        new CompletableFuture<>() {
          @Override
          public boolean cancel(boolean mayInterruptIfRunning) {
            throw error;
          }
        };
    CompletableFuture<String> future = timers.cancelOnTimeout(stubborn, TEN);
    clock.advance(TEN);
    assertInstanceOf(TimeoutException.class, future.exceptionNow());
    assertSame(error, failures.one().error());
  }

  // delayedExecutor

  @Test
  void delayedExecutor_runsTasksAfterTheDelayOnTheDriver() {
    Executor later = timers.delayedExecutor(TEN);
    CompletableFuture<String> name =
        CompletableFuture.supplyAsync(() -> Thread.currentThread().getName(), later);
    clock.advance(TEN.minusNanos(1));
    assertFalse(name.isDone());
    clock.advance(Duration.ofNanos(1));
    assertTrue(name.join().startsWith("tourbillon-timer-"), name.join());
  }

  @Test
  void delayedExecutor_ofAnotherExecutor_passesTheVeryTaskOn() {
    List<Runnable> passed = new ArrayList<>();
    Executor later = timers.delayedExecutor(TEN, passed::add);
    later.execute(NoTask.NOTHING);
    assertEquals(List.of(), passed);
    clock.advance(TEN);
    assertEquals(List.of(NoTask.NOTHING), passed);
  }

  @Test
  void delayedExecutor_executorThatRefuses_isReported() {
    RejectedExecutionException refusal = new RejectedExecutionException("full");
    timers
        .delayedExecutor(
            TEN,
            _ -> {
              throw refusal;
            })
        .execute(NoTask.NOTHING);
    clock.advance(TEN);
    assertEquals(new Failures.Failure(NoTask.NOTHING, refusal), failures.one());
  }

  @Test
  void delayedExecutor_shutdown_handsTheTasksBack() {
    timers.delayedExecutor(TEN).execute(NoTask.NOTHING);
    timers.delayedExecutor(TEN, Runnable::run).execute(NoTask.NOTHING);
    assertEquals(List.of(NoTask.NOTHING, NoTask.NOTHING), timers.shutdownNow());
    assertThrows(
        RejectedExecutionException.class,
        () -> timers.delayedExecutor(TEN).execute(NoTask.NOTHING));
  }

  @Test
  void nulls_areRefusedByName() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    assertNullNamed("stage", () -> timers.completeOnTimeout(null, "v", TEN));
    assertNullNamed("limit", () -> timers.completeOnTimeout(stage, "v", null));
    assertNullNamed("stage", () -> timers.cancelOnTimeout(null, TEN));
    assertNullNamed("limit", () -> timers.cancelOnTimeout(stage, null));
    assertNullNamed("delay", () -> timers.delayedExecutor(null));
    assertNullNamed("delay", () -> timers.delayedExecutor(null, Runnable::run));
    assertNullNamed("executor", () -> timers.delayedExecutor(TEN, null));
    assertNullNamed("task", () -> timers.delayedExecutor(TEN).execute(null));
  }

  private static void assertNullNamed(String name, Executable call) {
    assertEquals(name, assertThrows(NullPointerException.class, call).getMessage());
  }
}
