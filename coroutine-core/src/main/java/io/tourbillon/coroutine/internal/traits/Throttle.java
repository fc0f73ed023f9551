package io.tourbillon.coroutine.internal.traits;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Spreads turns evenly: each turn takes the next free time. Thread-safe. Times are readings of a
 * clock, so that loops of several schedulers with the same clock can share a throttle. Uses the
 * generic cell rate algorithm (ITU-T I.371) without a burst.
 */
public final class Throttle {
  private static final double SECOND_NANOS = 1e9;

  /**
   * The longest delay of a turn, 146 years; half the range of a long, so that sums do not overflow.
   */
  private static final long MOST_AHEAD_NANOS = Long.MAX_VALUE / 2;

  /** Stands for a reading before the first turn. */
  private static final long UNUSED = Long.MIN_VALUE;

  private final long periodNanos;

  /**
   * The reading from which on the next turn is free. Advanced by compare-and-set, so each time is
   * given once.
   */
  private final AtomicLong freeNanos = new AtomicLong(UNUSED);

  private Throttle(long periodNanos) {
    this.periodNanos = periodNanos;
  }

  /** Returns a throttle for a rate; null if the rate is infinite. */
  public static @Nullable Throttle of(double resumesPerSecond) {
    return resumesPerSecond == Double.POSITIVE_INFINITY
        ? null
        : new Throttle(Math.max(1, (long) Math.min(SECOND_NANOS / resumesPerSecond, 1e18)));
  }

  /**
   * Takes the next free time and returns it.
   *
   * @param nowNanos the reading of the clock
   */
  public long take(long nowNanos) {
    while (true) {
      long free = freeNanos.get();
      long aheadNanos = free == UNUSED ? 0 : Math.clamp(free - nowNanos, 0, MOST_AHEAD_NANOS);
      long taken = nowNanos + aheadNanos;
      if (freeNanos.compareAndSet(free, taken + periodNanos)) {
        return taken;
      }
    }
  }
}
