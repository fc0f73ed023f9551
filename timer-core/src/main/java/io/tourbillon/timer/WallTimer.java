package io.tourbillon.timer;

import io.tourbillon.timer.internal.MemoryReserve;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A timer for a time of the wall clock. {@link WallClock} describes how it is kept on time. */
final class WallTimer extends ScheduledTimer.Noted {
  private final WallClock wall;
  private final TimerGroup.Member watch = new TimerGroup.Member(this);

  /**
   * When to fire; null once the timer was given a delay instead. Written under this object's
   * monitor, which makes sure that no thread arms the timer for a time that has been replaced. The
   * lock of the shard is taken under it.
   */
  private volatile @Nullable Instant time;

  WallTimer(Shard shard, Runnable task, TimerOptions options, WallClock wall, Instant time) {
    super(shard, task, options);
    this.wall = wall;
    this.time = time;
  }

  @Override
  public boolean reschedule(Duration delay) {
    Objects.requireNonNull(delay, "delay");
    synchronized (this) {
      boolean rescheduled = super.reschedule(delay);
      if (rescheduled) {
        time = null;
      }
      return rescheduled;
    }
  }

  /** Arms the timer again if the time has not come. The timer has left the wheel: needs memory. */
  @Override
  public @Nullable Runnable begin() {
    for (int attempt = 1; ; attempt++) {
      try {
        return postpone() ? null : super.begin();
      } catch (OutOfMemoryError full) {
        if (attempt == MemoryReserve.ATTEMPTS) {
          throw full;
        }
        MemoryReserve.pause();
      }
    }
  }

  /** Returns true if the time has not come, so that the timer must not run now. */
  private boolean postpone() {
    Instant due = time;
    long leftNanos = due == null ? 0 : nanosUntil(due);
    if (leftNanos <= 0) {
      return false;
    }
    if (!arm(due, leftNanos)) {
      // The service was shut down and has handed back what was pending.
      boolean _ = shard.cancel(this);
    }
    return true;
  }

  /**
   * The time until an instant; zero if the wall clock fails, as the monotonic clock decides then.
   */
  private long nanosUntil(Instant due) {
    try {
      return wall.nanosUntil(due);
    } catch (OutOfMemoryError full) {
      throw full;
    } catch (Throwable failure) {
      wall.failed(failure);
      return 0;
    }
  }

  /** Arms the timer for its time as the wall clock shows it now. Called by the driver. */
  void follow() {
    Instant due = time;
    if (due != null) {
      boolean _ = arm(due, wall.nanosUntil(due));
    }
  }

  /**
   * Arms the timer for a delay, unless it was given another one meanwhile.
   *
   * @return false if the timer has ended, or can no longer be armed
   */
  private boolean arm(@Nullable Instant due, long delayNanos) {
    synchronized (this) {
      return !Objects.equals(time, due) || shard.rearm(this, delayNanos);
    }
  }

  @Override
  void join() {
    wall.watch(watch);
    super.join();
    if (hasEnded()) {
      wall.forget(watch);
    }
  }

  @Override
  void leave() {
    super.leave();
    wall.forget(watch);
  }
}
