package io.tourbillon.coroutine.internal.observe;

/**
 * The time since which a coroutine has been in its state, in four bytes: the lowest 32 bits of the
 * elapsed time in hundredths of a second. So a difference is right up to 497 days, and wraps around
 * after that.
 *
 * <p>A stamp costs no reading of the clock: the loop uses one stamp for everything until it reads
 * the clock again, every millisecond while it is busy. What happens at the end of a long turn gets
 * the time before that turn.
 */
public final class Stamp {
  private static final long UNIT_NANOS = 10_000_000;

  /** An observer may have read the clock so long before a coroutine that runs got its stamp. */
  private static final int MOST_AHEAD = 1000;

  private Stamp() {}

  /** Returns the stamp of a time. */
  public static int of(long elapsedNanos) {
    return (int) (elapsedNanos / UNIT_NANOS);
  }

  /**
   * Returns the time since a stamp, to a hundredth of a second; zero if the stamp is some seconds
   * ahead.
   *
   * @param nowNanos elapsed time
   */
  public static long nanosSince(int stamp, long nowNanos) {
    int units = of(nowNanos) - stamp;
    return -MOST_AHEAD <= units && units < 0 ? 0 : Integer.toUnsignedLong(units) * UNIT_NANOS;
  }
}
