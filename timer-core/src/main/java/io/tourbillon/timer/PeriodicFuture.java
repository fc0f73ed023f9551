package io.tourbillon.timer;

import io.tourbillon.timer.internal.TickScale;
import org.jspecify.annotations.Nullable;

/**
 * A periodic task of a view: it runs until it throws, is cancelled, or the view is shut down. Its
 * timer keeps its permit while the task runs. Missed runs are made up for, each at its place in the
 * order, as in the JDK.
 */
final class PeriodicFuture extends ViewFuture<@Nullable Void> {
  private final long periodNanos;
  private final boolean fixedRate;

  PeriodicFuture(
      OrderedExecutor view,
      Runnable task,
      long initialDelayNanos,
      long periodNanos,
      boolean fixedRate) {
    super(view, task, null, initialDelayNanos);
    this.periodNanos = periodNanos;
    this.fixedRate = fixedRate;
  }

  @Override
  long nextDeadlineNanos(long nowNanos) {
    return TickScale.deadlineNanos(fixedRate ? timer.deadlineNanos() : nowNanos, periodNanos);
  }

  @Override
  boolean reportsFailure() {
    return true;
  }

  @Override
  public boolean isPeriodic() {
    return true;
  }
}
