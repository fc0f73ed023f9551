package io.tourbillon.coroutine;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Spreads turns evenly: each takes the next free time. May be asked by several loops, whose clocks
 * count from the same moment if they are of one scheduler. (The arithmetic is that of the generic
 * cell rate algorithm, without a burst.)
 */
final class Throttle {
  private static final double SECOND_NANOS = 1e9;

  private final long periodNanos;

  /**
   * From when on the next turn is free. Moved on by compare-and-set, so each time is given once.
   */
  private final AtomicLong freeNanos = new AtomicLong(Long.MIN_VALUE);

  private Throttle(long periodNanos) {
    this.periodNanos = periodNanos;
  }

  /** Null if there is no limit. */
  static @Nullable Throttle of(double resumesPerSecond) {
    SpawnOptions.requireRate(resumesPerSecond);
    return resumesPerSecond == Double.POSITIVE_INFINITY
        ? null
        : new Throttle(Math.max(1, (long) Math.min(SECOND_NANOS / resumesPerSecond, 1e18)));
  }

  /** Takes the next time from then on, and returns it. */
  long take(long nowNanos) {
    while (true) {
      long free = freeNanos.get();
      long taken = Math.max(free, nowNanos);
      if (freeNanos.compareAndSet(free, taken + periodNanos)) {
        return taken;
      }
    }
  }
}
