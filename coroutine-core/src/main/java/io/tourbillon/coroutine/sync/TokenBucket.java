package io.tourbillon.coroutine.sync;

/**
 * How many tokens there are at a time: one more for each share of a period, and never more than the
 * burst. Arithmetic alone, without clock or lock: times are given, and never go back.
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
 * <p>All it knows is when it would have been empty, had it only been filled since. Taking a token
 * moves that by a share of the period, whether there is one or not: into the future, it is a debt.
 * It is kept in nanoseconds and fractions of one, so nothing is rounded, ever, and no rate drifts.
 */
final class TokenBucket {
  /** A time that is as good as none, and of which some can be added up. */
  static final long NEVER_NANOS = Long.MAX_VALUE / 4;

  /** So many tokens come in a period: one takes {@code wholeNanos + restNanos / rate}. */
  private final int rate;

  private final long wholeNanos;
  private final long restNanos;

  private final int burst;

  /** In elapsed time; the fraction is in parts of 1 / rate. */
  private long emptyNanos;

  private long emptyFraction;

  /**
   * A full one.
   *
   * @param rate tokens in a period, at least 1
   * @param periodNanos at least 1
   * @param burst at least 1, and filled before {@link #NEVER_NANOS}
   */
  TokenBucket(int rate, long periodNanos, int burst) {
    this.rate = rate;
    this.burst = burst;
    wholeNanos = periodNanos / rate;
    restNanos = periodNanos % rate;
    empty(0);
    move(-burst);
  }

  /** How long it takes to fill an empty bucket. */
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

  /** Has what is too much by now run over; until then it was wanted. */
  void runOver(long nowNanos) {
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

  /** Takes tokens out, from 1 to the burst. */
  void take(int tokens) {
    move(tokens);
  }

  /** Puts tokens back in that were taken out. */
  void giveBack(int tokens) {
    move(-tokens);
  }

  /** The first nanosecond at which so many can have been taken, one after the other. */
  long readyNanos(long tokens) {
    long nanos = nanosOf(tokens, wholeNanos, restNanos, rate);
    // What is left over of both is less than two nanoseconds; one that has begun counts as whole.
    long parts = emptyFraction + tokens % rate * restNanos % rate;
    return emptyNanos + nanos + Math.ceilDiv(parts, rate);
  }

  /** How many there are, once what is too much has run over. */
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
