package io.tourbillon.bench.work;

/** How late each of many was. */
public final class Lateness {
  private final Percentiles nanos;

  private Lateness(Percentiles nanos) {
    this.nanos = nanos;
  }

  /**
   * Sorts and checks.
   *
   * @param nanos one value for each, in any order; the array is taken over
   * @throws IllegalStateException if one was early, which is a failure and not a figure
   */
  public static Lateness of(long[] nanos) {
    Percentiles percentiles = Percentiles.of(nanos);
    long least = percentiles.at(0);
    if (least < 0) {
      throw new IllegalStateException("a timer must not be early: by " + -least + " ns");
    }
    return new Lateness(percentiles);
  }

  /** The value of a percentile from 0, the least of all, to 100, the greatest. */
  public long nanosAt(double percent) {
    return nanos.at(percent);
  }
}
