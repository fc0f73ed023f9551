package io.tourbillon.timer;

import io.tourbillon.timer.internal.StackReserve;
import io.tourbillon.timer.internal.TickScale;
import java.util.concurrent.RejectedExecutionException;

/**
 * Arms and cancels the timers of executor views: the permit, the shard, the wake-up of the driver,
 * and the listener, in this order.
 */
final class OrderedTimers {
  final OrderedShard shard;
  private final TickScale scale;
  private final Clock clock;
  private final PendingLimit limit;
  private final Waker waker;
  private final Events events;

  OrderedTimers(
      OrderedShard shard,
      TickScale scale,
      Clock clock,
      PendingLimit limit,
      Waker waker,
      Events events) {
    this.shard = shard;
    this.scale = scale;
    this.clock = clock;
    this.limit = limit;
    this.waker = waker;
    this.events = events;
  }

  /**
   * Arms a timer that is new.
   *
   * @param deadlineNanos in elapsed time
   * @param delayed false for a task that is to run at once
   * @throws RejectedExecutionException after a shutdown, or if all permits are taken
   */
  void arm(OrderedTimer timer, long deadlineNanos, boolean delayed) {
    StackReserve.require();
    shard.acquirePermit(limit, events);
    long wakeTick;
    try {
      wakeTick = delayed ? shard.add(timer, deadlineNanos) : shard.addReady(timer, elapsedNanos());
    } catch (RuntimeException | Error refusal) {
      limit.release(1);
      throw refusal;
    }
    waker.armed(wakeTick);
    events.scheduled(timer.id(), scale.clockNanos(deadlineNanos));
  }

  /** Ends a timer, if it has not ended. */
  void cancel(OrderedTimer timer) {
    if (shard.cancel(timer)) {
      limit.release(1);
      if (shard.isTrimmable()) {
        waker.freed();
      }
      events.cancelled(timer.id());
    }
  }

  /** A deadline so long from now, in elapsed time; none lies in the past. */
  long deadlineNanos(long delayNanos) {
    long now = elapsedNanos();
    return delayNanos <= 0 ? now : TickScale.deadlineNanos(now, delayNanos);
  }

  /** How long it is until a deadline. */
  long delayNanos(long deadlineNanos) {
    return deadlineNanos - elapsedNanos();
  }

  private long elapsedNanos() {
    return scale.elapsedNanos(clock.nanoTime());
  }
}
