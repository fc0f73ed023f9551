package io.tourbillon.bench.work;

import java.util.Arrays;

/**
 * How late each of many was, sorted. Nothing is rounded into buckets: a percentile is a value that
 * was seen, the smallest that is no less than this share of all (the nearest rank).
 */
public final class Lateness {
  private final long[] sortedNanos;

  private Lateness(long[] sortedNanos) {
    this.sortedNanos = sortedNanos;
  }

  /**
   * Sorts and checks.
   *
   * @param nanos one value for each, in any order; the array is taken over
   * @throws IllegalStateException if one was early, which is a failure and not a figure
   */
  public static Lateness of(long[] nanos) {
    if (nanos.length == 0) {
      throw new IllegalArgumentException("there must be a value at least: 0");
    }
    Arrays.parallelSort(nanos);
    if (nanos[0] < 0) {
      throw new IllegalStateException("a timer must not be early: by " + -nanos[0] + " ns");
    }
    return new Lateness(nanos);
  }

  /** The value of a percentile from 0, the least of all, to 100, the greatest. */
  public long nanosAt(double percent) {
    int rank = (int) Math.ceil(sortedNanos.length * percent / 100);
    return sortedNanos[Math.max(rank, 1) - 1];
  }
}
