package io.tourbillon.spring.internal;

import io.tourbillon.timer.TimerHandle;
import io.tourbillon.timer.TimerService;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A task that runs at a time of the wall clock, also if that clock is set or the machine was
 * suspended meanwhile; see {@link TimerService#scheduleAt(Instant, Runnable)}.
 */
public final class WallClockFuture extends FutureTask<@Nullable Object>
    implements ScheduledFuture<@Nullable Object> {
  private final Runnable task;
  private final Clock clock;
  private final Instant time;

  /**
   * The timer. Written once by the thread that schedules; read by any thread that cancels. Null for
   * a shutdown that finds the timer before that thread has the handle; then the timer has ended.
   */
  private volatile @Nullable TimerHandle timer;

  private WallClockFuture(Runnable task, Clock clock, Instant time) {
    super(task, null);
    this.task = task;
    this.clock = clock;
    this.time = time;
  }

  /**
   * Schedules a task.
   *
   * @throws java.util.concurrent.RejectedExecutionException if the service refuses the timer
   */
  public static WallClockFuture schedule(
      TimerService timers, Runnable task, Clock clock, Instant time) {
    WallClockFuture future = new WallClockFuture(task, clock, time);
    future.timer = timers.scheduleAt(time, future);
    return future;
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    TimerHandle pending = timer;
    if (cancelled && pending != null) {
      boolean _ = pending.cancel();
    }
    return cancelled;
  }

  @Override
  public long getDelay(TimeUnit unit) {
    return unit.convert(Duration.between(clock.instant(), time));
  }

  @Override
  public int compareTo(Delayed other) {
    return other instanceof WallClockFuture wall
        ? time.compareTo(wall.time)
        : Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
  }

  @Override
  public String toString() {
    return task + " at " + time;
  }
}
