package io.tourbillon.timer;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A task of a view that runs again and again, until it throws, is cancelled, or the view is shut
 * down. The timer is the service's own, so that its place is kept while the task runs.
 */
final class PeriodicFuture extends ViewFuture<@Nullable Void> {
  /** What the JDK's contract asks for. */
  private static final TimerOptions OPTIONS =
      TimerOptions.builder().missedTick(MissedTick.BURST).onException(OnException.STOP).build();

  private final long initialDelayNanos;
  private final long periodNanos;
  private final boolean fixedRate;
  private final long firstDeadlineNanos;

  /** Written once, by the thread that arms; null before that. Volatile for those who ask. */
  private volatile @Nullable PeriodicTimer timer;

  PeriodicFuture(
      ScheduledExecutorView view,
      Runnable task,
      long initialDelayNanos,
      long periodNanos,
      boolean fixedRate) {
    super(view, task, null);
    this.initialDelayNanos = initialDelayNanos;
    this.periodNanos = periodNanos;
    this.fixedRate = fixedRate;
    firstDeadlineNanos = view.deadlineNanos(initialDelayNanos);
  }

  @Override
  void armTimer() {
    Duration initialDelay = Duration.ofNanos(initialDelayNanos);
    Duration period = Duration.ofNanos(periodNanos);
    TimerHandle armed =
        fixedRate
            ? service().scheduleAtFixedRate(initialDelay, period, this, OPTIONS)
            : service().scheduleWithFixedDelay(initialDelay, period, this, OPTIONS);
    timer = (PeriodicTimer) armed;
  }

  @Override
  void cancelTimer() {
    PeriodicTimer armed = timer;
    if (armed != null) {
      armed.cancel();
    }
  }

  @Override
  long deadlineNanos() {
    PeriodicTimer armed = timer;
    return armed == null ? firstDeadlineNanos : service().deadlineNanos(armed);
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
