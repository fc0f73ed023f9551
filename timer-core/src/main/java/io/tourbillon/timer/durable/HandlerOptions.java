package io.tourbillon.timer.durable;

import java.time.Duration;

/**
 * How the timers of a handler fire.
 *
 * @param attempts how often a timer is tried before it is dead; at least 1
 * @param firstPause the pause after the first failure; each further one is twice as long
 * @param longestPause the longest pause
 * @param catchUp what happens to timers that became due while no process was there
 */
public record HandlerOptions(
    int attempts, Duration firstPause, Duration longestPause, CatchUp catchUp) {
  /** Ten attempts, pauses from a second to ten minutes, a thousand overdue timers a second. */
  public static final HandlerOptions DEFAULT =
      new HandlerOptions(10, Duration.ofSeconds(1), Duration.ofMinutes(10), CatchUp.paced(1000));

  /** Checks the values. */
  public HandlerOptions {
    if (attempts < 1) {
      throw new IllegalArgumentException("attempts must be at least 1: " + attempts);
    }
    if (firstPause.isNegative() || firstPause.isZero()) {
      throw new IllegalArgumentException("firstPause must be positive: " + firstPause);
    }
    if (longestPause.compareTo(firstPause) < 0) {
      throw new IllegalArgumentException(
          "longestPause must not be shorter than firstPause: " + longestPause);
    }
  }

  /** The same with another number of attempts. */
  public HandlerOptions withAttempts(int number) {
    return new HandlerOptions(number, firstPause, longestPause, catchUp);
  }

  /** The same with other pauses. */
  public HandlerOptions withPauses(Duration first, Duration longest) {
    return new HandlerOptions(attempts, first, longest, catchUp);
  }

  /** The same with another way to catch up. */
  public HandlerOptions withCatchUp(CatchUp other) {
    return new HandlerOptions(attempts, firstPause, longestPause, other);
  }

  /** The pause after a number of failed attempts, in microseconds, before jitter. */
  long pauseMicros(int failed) {
    long longest = longestPause.toNanos() / 1000;
    long first = firstPause.toNanos() / 1000;
    int doublings = Math.min(failed - 1, Long.numberOfLeadingZeros(first) - 2);
    return Math.min(longest, first << doublings);
  }
}
