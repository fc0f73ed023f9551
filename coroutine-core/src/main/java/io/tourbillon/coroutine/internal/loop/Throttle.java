package io.tourbillon.coroutine.internal.loop;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Spreads turns evenly: each takes the next free time. Times are readings of a clock, so that loops
 * of several schedulers that go by the same clock can share it. (The arithmetic is that of the
 * generic cell rate algorithm, without a burst.)
 */
public final class Throttle {
  private static final double SECOND_NANOS = 1e9;

  /** How far ahead a turn is put off at the most, 146 years; and half of what a long can tell. */
  private static final long MOST_AHEAD_NANOS = Long.MAX_VALUE / 2;

  /** In the place of a reading, before the first turn. */
  private static final long UNUSED = Long.MIN_VALUE;

  private final long periodNanos;

  /**
   * From when on the next turn is free. Moved on by compare-and-set, so each time is given once.
   */
  private final AtomicLong freeNanos = new AtomicLong(UNUSED);

  private Throttle(long periodNanos) {
    this.periodNanos = periodNanos;
  }

  /** Null if there is no limit. */
  public static @Nullable Throttle of(double resumesPerSecond) {
    return resumesPerSecond == Double.POSITIVE_INFINITY
        ? null
        : new Throttle(Math.max(1, (long) Math.min(SECOND_NANOS / resumesPerSecond, 1e18)));
  }

  /**
   * Takes the next time from then on, and returns it.
   *
   * @param nowNanos as the clock reads
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
