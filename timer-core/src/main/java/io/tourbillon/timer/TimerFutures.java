package io.tourbillon.timer;

import io.tourbillon.timer.internal.AccountableTask;
import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.Refusals;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Futures that a timer completes, and that cancel it when they are completed by something else. And
 * executors that run tasks after a delay.
 */
final class TimerFutures {
  private TimerFutures() {}

  static CompletableFuture<@Nullable Void> after(TimerService timers, Duration delay) {
    CompletableFuture<@Nullable Void> future = new CompletableFuture<>();
    start(timers, delay, new Elapsed<@Nullable Void>(future, null), future);
    return future;
  }

  static <T extends @Nullable Object> CompletableFuture<T> timeout(
      TimerService timers, CompletionStage<T> stage, Duration limit) {
    CompletableFuture<T> future = new CompletableFuture<>();
    return limit(timers, stage, limit, future, new LimitReached(future, limit, null));
  }

  static <T extends @Nullable Object> CompletableFuture<T> completeOnTimeout(
      TimerService timers, CompletionStage<T> stage, T value, Duration limit) {
    CompletableFuture<T> future = new CompletableFuture<>();
    return limit(timers, stage, limit, future, new Elapsed<>(future, value));
  }

  static <T extends @Nullable Object> CompletableFuture<T> cancelOnTimeout(
      TimerService timers, CompletionStage<T> stage, Duration limit) {
    CompletableFuture<T> source = stage.toCompletableFuture();
    CompletableFuture<T> future = new CompletableFuture<>();
    CancellingSource cancelling = new CancellingSource(future, source);
    CompletableFuture<?> _ = future.whenComplete(cancelling);
    CompletableFuture<?> _ =
        limit(timers, stage, limit, future, new LimitReached(future, limit, source));
    cancelling.begin();
    return future;
  }

  /**
   * Completes a future as a stage does, or by a task if the stage takes longer than the limit.
   *
   * @return the future
   */
  private static <T extends @Nullable Object> CompletableFuture<T> limit(
      TimerService timers,
      CompletionStage<T> stage,
      Duration limit,
      CompletableFuture<T> future,
      Completion task) {
    if (timers.isShutdown() && isKnownToBeOpen(stage)) {
      throw new RejectedExecutionException(Refusals.SHUT_DOWN);
    }
    // The stage first: a stage that has completed is within every limit, and needs no timer.
    stage.whenComplete(new Passing<>(future));
    if (!future.isDone()) {
      try {
        start(timers, limit, task, future);
      } catch (RuntimeException | Error refusal) {
        future.cancel(false);
        throw refusal;
      }
    }
    return future;
  }

  /** Of such a stage nothing need be asked after a shutdown; others may have completed. */
  private static boolean isKnownToBeOpen(CompletionStage<?> stage) {
    try {
      return stage instanceof CompletableFuture<?> future && !future.isDone();
    } catch (UnsupportedOperationException minimal) {
      return false;
    }
  }

  private static void start(
      TimerService timers, Duration delay, Runnable task, CompletableFuture<?> future) {
    TimerHandle timer = timers.schedule(delay, task);
    boolean followed = false;
    try {
      CompletableFuture<?> _ = future.whenComplete(new Cancelling(timer));
      followed = true;
    } finally {
      if (!followed) {
        timer.cancel(); // There is no memory, and the caller does not get the future.
      }
    }
  }

  /** Completes a future as a stage has completed. */
  private record Passing<T extends @Nullable Object>(CompletableFuture<T> future)
      implements BiConsumer<T, @Nullable Throwable> {
    @Override
    public void accept(T value, @Nullable Throwable error) {
      if (error != null) {
        future.completeExceptionally(error);
      } else {
        future.complete(value);
      }
    }
  }

  /** Cancels the timer behind a future that has completed. */
  private record Cancelling(TimerHandle timer)
      implements BiConsumer<@Nullable Object, @Nullable Throwable> {
    @Override
    public void accept(@Nullable Object value, @Nullable Throwable error) {
      timer.cancel();
    }
  }

  /** Cancels the source of a future that was cancelled by somebody who has got it. */
  private static final class CancellingSource
      implements BiConsumer<@Nullable Object, @Nullable Throwable> {
    private final CompletableFuture<?> future;
    private final CompletableFuture<?> source;

    /**
     * Whether the limit is armed. A refusal cancels the future before, and must not cancel the
     * source. Written by the thread that makes the future, read by the one that completes it.
     */
    private volatile boolean begun;

    CancellingSource(CompletableFuture<?> future, CompletableFuture<?> source) {
      this.future = future;
      this.source = source;
    }

    void begin() {
      begun = true;
    }

    @Override
    public void accept(@Nullable Object value, @Nullable Throwable error) {
      if (begun && future.isCancelled()) {
        source.cancel(true);
      }
    }
  }

  /**
   * Whoever cancels the timer behind the future's back fails the future, and so does a shutdown.
   */
  private abstract static class Completion implements AccountableTask {
    private final CompletableFuture<?> future;

    Completion(CompletableFuture<?> future) {
      this.future = future;
    }

    /** Completes the future; may need memory. */
    abstract void complete();

    /** The timer has fired, and nothing else would ever complete the future: waits for memory. */
    @Override
    public final void run() {
      for (int attempt = 1; ; attempt++) {
        try {
          complete();
          return;
        } catch (OutOfMemoryError full) {
          MemoryReserve.pauseUnlessLast(full, attempt);
        }
      }
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

  /** Completes a future with a value. */
  private static final class Elapsed<T extends @Nullable Object> extends Completion {
    private final CompletableFuture<T> future;
    private final T value;

    Elapsed(CompletableFuture<T> future, T value) {
      super(future);
      this.future = future;
      this.value = value;
    }

    @Override
    void complete() {
      future.complete(value);
    }
  }

  /** Fails a future, and then cancels its source if there is one. */
  private static final class LimitReached extends Completion {
    private final CompletableFuture<?> future;
    private final Duration limit;
    private final @Nullable CompletableFuture<?> source;

    LimitReached(
        CompletableFuture<?> future, Duration limit, @Nullable CompletableFuture<?> source) {
      super(future);
      this.future = future;
      this.limit = limit;
      this.source = source;
    }

    @Override
    void complete() {
      future.completeExceptionally(new TimeoutException("no result within " + limit));
      if (source != null) {
        source.cancel(true);
      }
    }
  }

  /**
   * Runs each task after a delay. Immutable.
   *
   * @param executor runs the tasks; null for the thread that runs the tasks of timers
   */
  record Delayed(TimerService timers, long delayNanos, @Nullable Executor executor)
      implements Executor {
    @Override
    public void execute(Runnable task) {
      Objects.requireNonNull(task, "task");
      Runnable timed = executor == null ? task : new Forwarding(executor, task);
      long _ = timers.arm(delayNanos, TimeUnit.NANOSECONDS, timed);
    }

    /**
     * Passes a task to an executor. It is tried once, even if the heap is full: the executor may
     * have the task already, which would then run twice.
     */
    private record Forwarding(Executor executor, Runnable task) implements AccountableTask {
      @Override
      public void run() {
        executor.execute(task);
      }

      @Override
      public void cancelled() {}

      @Override
      public void refused(RejectedExecutionException why) {}

      @Override
      public void handedBack(RejectedExecutionException why) {}

      @Override
      public Runnable passedIn() {
        return task;
      }
    }
  }
}
