package io.tourbillon.timer.durable;

import java.time.Duration;
import java.util.Objects;

/**
 * How the timers of a handler fire.
 *
 * @param attempts how often a timer is tried before it is dead; at least 1
 * @param firstPause the pause after the first failure, at least a millisecond; each further one is
 *     twice as long
 * @param longestPause the longest pause, up to 3,650 days
 * @param catchUp what happens to timers that became due while no process was there
 */
public record HandlerOptions(
    int attempts, Duration firstPause, Duration longestPause, CatchUp catchUp) {
  private static final Duration LONGEST = Duration.ofDays(3_650);

  /** Ten attempts, pauses from a second to ten minutes, a thousand overdue timers a second. */
  public static final HandlerOptions DEFAULT =
      new HandlerOptions(10, Duration.ofSeconds(1), Duration.ofMinutes(10), CatchUp.paced(1000));

  /** Checks the values. */
  public HandlerOptions {
    if (attempts < 1) {
      throw new IllegalArgumentException("attempts must be at least 1: " + attempts);
    }
    Objects.requireNonNull(catchUp, "catchUp");
    Names.require("firstPause", firstPause, Duration.ofMillis(1), LONGEST);
    Names.require("longestPause", longestPause, Duration.ofMillis(1), LONGEST);
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
