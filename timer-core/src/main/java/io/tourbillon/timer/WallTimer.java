package io.tourbillon.timer;

import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.observe.LogMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** A timer for a time of the wall clock. {@link WallClock} describes how it is kept on time. */
final class WallTimer extends ScheduledTimer.Noted {
  private final WallClock wall;
  private final TimerGroup.Member watch = new TimerGroup.Member(this);

  /**
   * When to fire; null once the timer was given a delay instead. Written under the lock of the
   * shard, together with the deadline. So the timer is not armed for a time that was replaced
   * meanwhile. Read without the lock, to find out whether there is something to do.
   */
  private volatile @Nullable Instant time;

  /** The comparison of the clocks before the reading by which the timer is armed first. */
  private final Object comparison;

  WallTimer(
      Shard shard,
      Runnable task,
      TimerOptions options,
      WallClock wall,
      Instant time,
      Object comparison) {
    super(shard, task, options);
    this.wall = wall;
    this.time = time;
    this.comparison = comparison;
  }

  @Override
  public boolean reschedule(Duration delay) {
    boolean rescheduled = super.reschedule(delay);
    if (rescheduled) {
      wall.forget(watch);
    }
    return rescheduled;
  }

  /** Arms the timer again if the time has not come. */
  @Override
  public @Nullable Runnable begin() {
    return postpone() ? null : super.begin();
  }

  /**
   * Returns true if the time has not come, so that the timer must not run now. The timer has left
   * the wheel, so this waits for memory; after a shutdown for a second only.
   */
  private boolean postpone() {
    for (int attempt = 1; ; attempt++) {
      try {
        return tryPostpone();
      } catch (OutOfMemoryError full) {
        if (shard.waker.isStopped() && attempt >= MemoryReserve.ATTEMPTS) {
          return false;
        }
        MemoryReserve.pause();
      }
    }
  }

  private boolean tryPostpone() {
    Instant due = time;
    Object before = wall.lastComparison();
    long leftNanos = due == null ? 0 : nanosUntil(due);
    if (leftNanos <= 0) {
      return false;
    }
    boolean armed = false;
    try {
      armed = shard.rearm(this, leftNanos, due);
      wall.armed(before);
    } catch (RejectedExecutionException full) {
      shard.events.log(LogMessage.NOT_ARMED_AGAIN, full);
    }
    if (!armed && mayFollow(due)) {
      // The shard is full, or the service was shut down and has handed back what was pending.
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

  /**
   * Arms the timer for its time as the wall clock shows it now; one that is due stays due, since
   * the next tick would be too late. Called by the driver.
   */
  void follow() {
    Instant due = time;
    if (due == null) {
      return;
    }
    long leftNanos = wall.nanosUntil(due);
    if (leftNanos > 0 || !remaining().isZero()) {
      boolean _ = shard.rearm(this, leftNanos, due);
    }
  }

  @Override
  boolean mayFollow(@Nullable Instant due) {
    return due == null || Objects.equals(time, due);
  }

  @Override
  void follow(@Nullable Instant due) {
    time = due;
  }

  @Override
  void join() {
    wall.watch(watch);
    wall.armed(comparison);
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
