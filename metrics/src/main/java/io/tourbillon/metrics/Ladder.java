package io.tourbillon.metrics;

import io.tourbillon.timer.Distribution;
import java.util.Arrays;

/**
 * The upper bounds of the buckets of a histogram. They never change, so the histograms of a fleet
 * can be added up. Immutable.
 */
final class Ladder {
  /** For lateness and waits: from a tenth of a millisecond to ten seconds. */
  static final Ladder WAITING = new Ladder(100_000, 10_000_000_000L);

  /** For tasks and turns: from a microsecond to ten seconds. */
  static final Ladder RUNNING = new Ladder(1_000, 10_000_000_000L);

  private static final double NANOS_PER_SECOND = 1e9;

  private final long[] boundsNanos;

  /** Creates steps of 1, 2.5 and 5 from one power of ten to another, both included. */
  private Ladder(long leastNanos, long mostNanos) {
    long[] bounds = new long[64];
    int size = 0;
    for (long decade = leastNanos; decade < mostNanos; decade *= 10) {
      bounds[size++] = decade;
      bounds[size++] = decade / 2 * 5;
      bounds[size++] = decade * 5;
    }
    bounds[size++] = mostNanos;
    boundsNanos = Arrays.copyOf(bounds, size);
  }

  /** Returns the bounds in seconds; the last one is infinite. */
  double[] boundsSeconds() {
    double[] bounds = new double[boundsNanos.length + 1];
    for (int rung = 0; rung < boundsNanos.length; rung++) {
      bounds[rung] = boundsNanos[rung] / NANOS_PER_SECOND;
    }
    bounds[boundsNanos.length] = Double.POSITIVE_INFINITY;
    return bounds;
  }

  /**
   * Sorts recorded values into buckets. A recorded value is known to 1 %. It counts as the lowest
   * value that it can have been, so that a value at a bound falls below that bound or on it. In the
   * sum it counts as the middle of its range. Each value counts the same in every snapshot, so
   * counts and sum never fall.
   */
  Rungs sort(Distribution nanos) {
    Sorting sorting = new Sorting();
    nanos.forEachBucket(sorting);
    return new Rungs(sorting.counts, sorting.sumNanos / NANOS_PER_SECOND);
  }

  /** Receives the buckets of a distribution, lowest first, and sorts their values. */
  private final class Sorting implements Distribution.BucketVisitor {
    private final long[] counts = new long[boundsNanos.length + 1];
    private double sumNanos;
    private int rung;

    @Override
    public void visit(long lowNanos, long highNanos, long count) {
      while (rung < boundsNanos.length && lowNanos > boundsNanos[rung]) {
        rung++;
      }
      counts[rung] += count;
      long middleNanos = lowNanos + (highNanos - lowNanos + 1) / 2;
      sumNanos += (double) count * middleNanos;
    }
  }

  /**
   * The contents of the buckets.
   *
   * @param counts one for each bound, and one for the values above the last bound; not cumulative
   */
  @SuppressWarnings("ArrayRecordComponent") // Made for one reader, which passes it on.
  record Rungs(long[] counts, double sumSeconds) {}
}
