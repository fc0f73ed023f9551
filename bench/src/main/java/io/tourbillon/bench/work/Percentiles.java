package io.tourbillon.bench.work;

import java.util.Arrays;

/**
 * Sorted values. Nothing is rounded into buckets: a percentile is a value that occurred, the
 * smallest that is not below this share of all values (nearest rank).
 */
public final class Percentiles {
  private final long[] sorted;

  private Percentiles(long[] sorted) {
    this.sorted = sorted;
  }

  /**
   * Sorts the values.
   *
   * @param values at least one, in any order; the array must not be used afterwards
   */
  static Percentiles of(long[] values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("there must be a value at least: 0");
    }
    Arrays.parallelSort(values);
    return new Percentiles(values);
  }

  /**
   * Sorts values of lateness.
   *
   * @throws IllegalStateException if one is negative: early is a failure, not a figure
   */
  static Percentiles ofLateness(long[] nanos) {
    Percentiles percentiles = of(nanos);
    if (percentiles.at(0) < 0) {
      throw new IllegalStateException(
          "a timer must not be early: by " + -percentiles.at(0) + " ns");
    }
    return percentiles;
  }

  /** Returns a percentile, from 0, the minimum, to 100, the maximum. */
  public long at(double percent) {
    int rank = (int) Math.ceil(sorted.length * percent / 100);
    return sorted[Math.max(rank, 1) - 1];
  }

  public double mean() {
    return Arrays.stream(sorted).average().orElseThrow();
  }
}
