package io.tourbillon.coroutine.sync;

/**
 * Counts the tokens of a rate limiter over time: the rate adds tokens evenly, up to the burst. Pure
 * arithmetic without a clock or a lock; callers pass the time, which never goes back.
 *
 * <pre>
 *   10 in a second, burst 3:
 *
 *   empty at      now      tokens
 *   -300 ms       0 ms     3          full, as it is at first
 *   -100 ms       0 ms     1          two were taken
 *   -100 ms      50 ms     1          and a half
 *    100 ms     150 ms     0          two more were taken at 100 ms
 * </pre>
 *
 * <p>The whole state is one time: when the bucket would have been empty, if it had only been filled
 * since. To take a token moves that time forward by the duration of a token, even if there is none:
 * a time in the future is a debt. The time is kept in nanoseconds and a fraction, so nothing is
 * ever rounded, and no rate drifts.
 *
 * <p>After the generic cell rate algorithm (GCRA) of ATM networks.
 */
final class TokenBucket {
  /** A time that never comes; a few of them can be added without overflow. */
  static final long NEVER_NANOS = Long.MAX_VALUE / 4;

  /** Tokens in a period. The duration of a token is {@code wholeNanos + restNanos / rate}. */
  private final int rate;

  private final long wholeNanos;
  private final long restNanos;

  private final int burst;

  /** When the bucket would have been empty, in elapsed time. */
  private long emptyNanos;

  /** The rest of that time, in parts of 1 / rate of a nanosecond. */
  private long emptyFraction;

  /**
   * Creates a full bucket.
   *
   * @param rate tokens in a period, at least 1
   * @param periodNanos at least 1
   * @param burst tokens that the bucket holds, at least 1, and filled before {@link #NEVER_NANOS}
   */
  TokenBucket(int rate, long periodNanos, int burst) {
    this.rate = rate;
    this.burst = burst;
    wholeNanos = periodNanos / rate;
    restNanos = periodNanos % rate;
    empty(0);
    move(-burst);
  }

  /** Returns how long it takes to fill an empty bucket. */
  static long fillNanos(int rate, long periodNanos, int burst) {
    return nanosOf(burst, periodNanos / rate, periodNanos % rate, rate);
  }

  private static long nanosOf(long tokens, long wholeNanos, long restNanos, int rate) {
    long periods = tokens / rate;
    long others = tokens % rate;
    try {
      long nanos =
          Math.addExact(
              Math.multiplyExact(tokens, wholeNanos), Math.multiplyExact(periods, restNanos));
      return Math.min(NEVER_NANOS, Math.addExact(nanos, others * restNanos / rate));
    } catch (ArithmeticException tooLong) {
      return NEVER_NANOS;
    }
  }

  /** Discards the tokens above the burst. Not before that, as requests that wait may take them. */
  void discardOverflow(long nowNanos) {
    long nanos = emptyNanos;
    long fraction = emptyFraction;
    empty(nowNanos);
    move(-burst);
    if (nanos > emptyNanos || (nanos == emptyNanos && fraction > emptyFraction)) {
      emptyNanos = nanos;
      emptyFraction = fraction;
    }
  }

  private void empty(long nanos) {
    emptyNanos = nanos;
    emptyFraction = 0;
  }

  private void move(int tokens) {
    long parts = emptyFraction + tokens * restNanos;
    emptyNanos += tokens * wholeNanos + Math.floorDiv(parts, rate);
    emptyFraction = Math.floorMod(parts, (long) rate);
  }

  /** Takes tokens, from 1 to the burst, whether they are there or not. */
  void take(int tokens) {
    move(tokens);
  }

  /** Gives back tokens that were taken. */
  void giveBack(int tokens) {
    move(-tokens);
  }

  /** Returns the first nanosecond, in elapsed time, at which so many tokens can be taken. */
  long readyNanos(long tokens) {
    long nanos = nanosOf(tokens, wholeNanos, restNanos, rate);
    // The two rests are less than two nanoseconds together; a nanosecond that has begun counts.
    long parts = emptyFraction + tokens % rate * restNanos % rate;
    return emptyNanos + nanos + Math.ceilDiv(parts, rate);
  }

  /** Returns how many tokens there are, after {@link #discardOverflow}. */
  int tokens(long nowNanos) {
    int least = 0;
    int most = burst;
    while (least < most) {
      int middle = least + (most - least + 1) / 2;
      if (readyNanos(middle) > nowNanos) {
        most = middle - 1;
      } else {
        least = middle;
      }
    }
    return least;
  }
}
