package io.tourbillon.bench.work;

import java.util.Arrays;

/**
 * Values in order. Nothing is rounded into buckets: a percentile is a value that was seen, the
 * smallest that is no less than this share of all (the nearest rank).
 */
public final class Percentiles {
  private final long[] sorted;

  private Percentiles(long[] sorted) {
    this.sorted = sorted;
  }

  /**
   * Sorts.
   *
   * @param values at least one, in any order; the array is taken over
   */
  static Percentiles of(long[] values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("there must be a value at least: 0");
    }
    Arrays.parallelSort(values);
    return new Percentiles(values);
  }

  /**
   * Sorts how late each of many was.
   *
   * @throws IllegalStateException if one was early, which is a failure and not a figure
   */
  static Percentiles ofLateness(long[] nanos) {
    Percentiles percentiles = of(nanos);
    if (percentiles.at(0) < 0) {
      throw new IllegalStateException(
          "a timer must not be early: by " + -percentiles.at(0) + " ns");
    }
    return percentiles;
  }

  /** The value of a percentile from 0, the least of all, to 100, the greatest. */
  public long at(double percent) {
    int rank = (int) Math.ceil(sorted.length * percent / 100);
    return sorted[Math.max(rank, 1) - 1];
  }

  public double mean() {
    return Arrays.stream(sorted).average().orElseThrow();
  }
}
