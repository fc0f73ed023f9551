package io.tourbillon.coroutine.internal.observe;

/**
 * Since when a coroutine stands as it does, in the four bytes that a coroutine has for it: elapsed
 * time in hundredths of a second, of which the lowest 32 bits are kept. So the time that has passed
 * is right up to 497 days; of what lasts longer only the rest is seen.
 *
 * <p>It costs no look at the clock: the loop has one stamp for all that happens until it looks
 * again, which is every millisecond while it is busy. What comes after a turn that holds the loop
 * for longer is stamped with the time before that turn.
 */
public final class Stamp {
  private static final long UNIT_NANOS = 10_000_000;

  private Stamp() {}

  /** The stamp of a time. */
  public static int of(long elapsedNanos) {
    return (int) (elapsedNanos / UNIT_NANOS);
  }

  /**
   * The time since a stamp, to a hundredth of a second.
   *
   * @param nowNanos elapsed time, not before that of the stamp
   */
  public static long nanosSince(int stamp, long nowNanos) {
    return Integer.toUnsignedLong(of(nowNanos) - stamp) * UNIT_NANOS;
  }
}
