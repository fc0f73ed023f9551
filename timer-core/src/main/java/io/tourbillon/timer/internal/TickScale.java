package io.tourbillon.timer.internal;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Converts between the nanoseconds of a clock and the ticks of a wheel. Elapsed time is counted
 * from an origin, such as the start of a service, so that it is positive and ordered wherever the
 * origin of the clock lies. Pure arithmetic, which takes a few nanoseconds.
 *
 * @param originNanos a reading of the clock, from which elapsed time is counted
 * @param tickNanos the length of a tick, more than zero
 */
public record TickScale(long originNanos, long tickNanos) {

  /** Returns a delay in nanoseconds, clamped to the range of a long. */
  public static long nanosOf(Duration delay) {
    long seconds = delay.getSeconds();
    if (seconds >= Long.MAX_VALUE / 1_000_000_000L) {
      return Long.MAX_VALUE;
    }
    if (seconds <= Long.MIN_VALUE / 1_000_000_000L) {
      return Long.MIN_VALUE;
    }
    return TimeUnit.SECONDS.toNanos(seconds) + delay.getNano();
  }

  /** Time since the origin. */
  public long elapsedNanos(long clockNanos) {
    return clockNanos - originNanos;
  }

  /** Elapsed time as the clock would read it. */
  public long clockNanos(long elapsedNanos) {
    return elapsedNanos + originNanos;
  }

  /** Returns the deadline of a delay in elapsed time, at least one nanosecond after now. */
  public static long deadlineNanos(long nowNanos, long delayNanos) {
    long deadline = nowNanos + Math.max(1, delayNanos);
    return deadline < 0 ? Long.MAX_VALUE : deadline;
  }

  /** The first tick that begins at the deadline or after it, so that no timer fires early. */
  public long tickAtOrAfter(long elapsedNanos) {
    long tick = elapsedNanos / tickNanos;
    return tick * tickNanos < elapsedNanos ? tick + 1 : tick;
  }

  /**
   * The tick for a deadline that may be missed by some slack: of the ticks that begin at the
   * deadline or after it, but not after deadline and slack, the one that is a multiple of the
   * highest power of two. So deadlines near each other get the same tick. If no tick begins within
   * the slack, the first one after it.
   */
  public long roundestTick(long elapsedNanos, long slackNanos) {
    long first = tickAtOrAfter(elapsedNanos);
    long last = Math.max(first, tickAt(deadlineNanos(elapsedNanos, slackNanos)));
    if (first == last) {
      return first;
    }
    // The highest bit in which the two differ is 0 in the first and 1 in the last.
    long bit = Long.highestOneBit(first ^ last);
    return (first & (bit - 1)) == 0 ? first : last & -bit;
  }

  /** The tick that contains this time. */
  public long tickAt(long elapsedNanos) {
    return Math.floorDiv(elapsedNanos, tickNanos);
  }

  /** The beginning of a tick in elapsed time. */
  public long startNanos(long tick) {
    return tick > Long.MAX_VALUE / tickNanos ? Long.MAX_VALUE : tick * tickNanos;
  }
}
