package io.tourbillon.timer;

import io.tourbillon.timer.internal.AccountableTask;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs each task after a delay. Immutable.
 *
 * @param executor runs the tasks; null for the thread that runs the tasks of timers
 */
record DelayedExecutor(TimerService timers, long delayNanos, @Nullable Executor executor)
    implements Executor {
  @Override
  public void execute(Runnable task) {
    Objects.requireNonNull(task, "task");
    Runnable timed = executor == null ? task : new Forwarding(executor, task);
    long _ = timers.arm(delayNanos, TimeUnit.NANOSECONDS, timed);
  }

  /**
   * Passes a task to an executor. It is tried once, even if the heap is full: the executor may have
   * the task already, which would then run twice.
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
