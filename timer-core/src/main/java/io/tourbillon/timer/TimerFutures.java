package io.tourbillon.timer;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Futures that a timer completes, and that cancel it when they are completed by something else. */
final class TimerFutures {
  private TimerFutures() {}

  static CompletableFuture<@Nullable Void> after(TimerService timers, Duration delay) {
    CompletableFuture<@Nullable Void> future = new CompletableFuture<>();
    start(timers, delay, new Elapsed(future), future);
    return future;
  }

  static <T extends @Nullable Object> CompletableFuture<T> timeout(
      TimerService timers, CompletionStage<T> stage, Duration limit) {
    CompletableFuture<T> future = new CompletableFuture<>();
    start(timers, limit, new LimitReached(future, limit), future);
    stage.whenComplete(
        (value, error) -> {
          if (error != null) {
            future.completeExceptionally(error);
          } else {
            future.complete(value);
          }
        });
    return future;
  }

  private static void start(
      TimerService timers, Duration delay, Runnable task, CompletableFuture<?> future) {
    TimerHandle timer = timers.schedule(delay, task);
    CompletableFuture<?> _ = future.whenComplete((_, _) -> timer.cancel());
  }

  /**
   * Whoever cancels the timer behind the future's back fails the future, and so does a shutdown.
   */
  private abstract static class Completion implements AccountableTask {
    private final CompletableFuture<?> future;

    Completion(CompletableFuture<?> future) {
      this.future = future;
    }

    @Override
    public void cancelled() {
      future.cancel(false);
    }

    @Override
    public void refused(RejectedExecutionException why) {
      future.completeExceptionally(why);
    }

    @Override
    public void handedBack(RejectedExecutionException why) {
      future.completeExceptionally(why);
    }

    @Override
    public @Nullable Runnable passedIn() {
      return null;
    }
  }

  private static final class Elapsed extends Completion {
    private final CompletableFuture<@Nullable Void> future;

    Elapsed(CompletableFuture<@Nullable Void> future) {
      super(future);
      this.future = future;
    }

    @Override
    public void run() {
      future.complete(null);
    }
  }

  private static final class LimitReached extends Completion {
    private final CompletableFuture<?> future;
    private final Duration limit;

    LimitReached(CompletableFuture<?> future, Duration limit) {
      super(future);
      this.future = future;
      this.limit = limit;
    }

    @Override
    public void run() {
      future.completeExceptionally(new TimeoutException("no result within " + limit));
    }
  }
}
