package io.tourbillon.timer;

import io.tourbillon.timer.internal.StackReserve;
import io.tourbillon.timer.internal.TickScale;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A timer that is armed again after each run: see the phases of {@link ScheduledTimer}.
 *
 * <p>While it runs, it is in no wheel, and PENDING for users. A cancel or a shutdown during a run
 * changes the phase; {@link Shard#settle} sees that after the run.
 */
final class PeriodicTimer extends ScheduledTimer.Noted {
  private final boolean fixedRate;

  // Guarded by the shard's lock; in elapsed time.
  private long periodNanos;
  private long deadlineNanos;
  private long rescheduledNanos;

  /** Whether the timer was rescheduled during the run that is going on. */
  private boolean isRescheduled;

  /** Whether the next deadline is set, but the timer could not be armed for it. */
  private boolean isStranded;

  private @Nullable PeriodicTimer nextStranded;

  PeriodicTimer(
      Shard shard,
      Runnable task,
      long deadlineNanos,
      long periodNanos,
      boolean fixedRate,
      TimerOptions options) {
    super(shard, task, options);
    this.deadlineNanos = deadlineNanos;
    this.periodNanos = periodNanos;
    this.fixedRate = fixedRate;
  }

  @Override
  public boolean isPeriodic() {
    return true;
  }

  @Override
  public boolean changePeriod(Duration period) {
    requirePeriod("period", period, options);
    StackReserve.require();
    return shard.changePeriod(this, Math.max(shard.scale.tickNanos(), TickScale.nanosOf(period)));
  }

  /** Called under the shard's lock. */
  void setPeriodNanos(long periodNanos) {
    this.periodNanos = periodNanos;
  }

  /** Checks a period, or the delay between runs. */
  static void requirePeriod(String name, Duration period, TimerOptions options) {
    TimerService.Builder.requirePositive(name, period);
    if (options.slack().compareTo(period) >= 0) {
      throw new IllegalArgumentException(
          "slack must be shorter than the period " + period + ": " + options.slack());
    }
  }

  boolean isBurst() {
    return fixedRate && options.missedTick() == MissedTick.BURST;
  }

  /** TAKEN -> RUNNING. The task stays for the next run. */
  @Override
  public @Nullable Runnable begin() {
    // Read first: a cancel after the beginning releases the task.
    Runnable begun = task();
    if (!leaveBatch(RUNNING)) {
      return null;
    }
    shard.begunPeriodic();
    return begun;
  }

  @Override
  public boolean settle(Runnable ran, boolean failed, boolean isOver, boolean mayRunAgain) {
    boolean stop = isOver || (failed && options.onException() == OnException.STOP);
    return shard.settle(this, ran, stop, mayRunAgain);
  }

  @Override
  public void abandon(@Nullable Runnable begun, RejectedExecutionException why) {
    Runnable last = begun == null ? task() : begun;
    if (last != null) {
      boolean _ = shard.settle(this, last, true, false);
    } else {
      shard.runOfCancelledEnded(this);
    }
  }

  /** A stranded timer does not run: it waits for memory. */
  @Override
  byte cancelledWhileRunning() {
    return isStranded ? CANCELLED : CANCELLING;
  }

  @Override
  void rescheduled(long newDeadlineNanos) {
    if (isRunning()) {
      rescheduledNanos = newDeadlineNanos;
      isRescheduled = true;
    } else {
      deadlineNanos = newDeadlineNanos;
    }
  }

  long deadlineNanos() {
    return deadlineNanos;
  }

  /** Puts the timer into a list of timers that must be armed later. */
  void strand(@Nullable PeriodicTimer next) {
    isStranded = true;
    nextStranded = next;
  }

  /** Removes the link to the next timer of the list, and returns that timer. */
  @Nullable PeriodicTimer unlinkStranded() {
    PeriodicTimer next = nextStranded;
    nextStranded = null;
    return next;
  }

  /**
   * The deadline of the next run, after a run has ended.
   *
   * @param tickNanos the beginning of the current tick; a run is missed if its tick has begun, not
   *     if only its deadline has passed
   */
  long nextDeadlineNanos(long nowNanos, long tickNanos) {
    if (isRescheduled) {
      deadlineNanos = rescheduledNanos;
      isRescheduled = false;
      isStranded = false;
    } else if (isStranded) {
      isStranded = false;
    } else if (fixedRate) {
      deadlineNanos = nextAtFixedRate(nowNanos, tickNanos);
    } else {
      deadlineNanos = TickScale.deadlineNanos(nowNanos, periodNanos);
    }
    return deadlineNanos;
  }

  private long nextAtFixedRate(long nowNanos, long tickNanos) {
    long next = TickScale.deadlineNanos(deadlineNanos, periodNanos);
    if (next > tickNanos) {
      return next;
    }
    return switch (options.missedTick()) {
      case BURST -> next;
      // The last multiple that has passed, plus one period, which may be beyond the range of the
      // clock.
      case SKIP ->
          TickScale.deadlineNanos(
              tickNanos - (tickNanos - deadlineNanos) % periodNanos, periodNanos);
      case DELAY -> TickScale.deadlineNanos(nowNanos, periodNanos);
    };
  }
}
