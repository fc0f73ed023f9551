package io.tourbillon.metrics;

import io.tourbillon.timer.Distribution;
import java.util.Arrays;

/**
 * Upper bounds of a histogram's buckets. They never change, so that the histograms of a fleet can
 * be added up. Immutable.
 */
final class Ladder {
  /** For what is late or waits: from a tenth of a millisecond to ten seconds. */
  static final Ladder WAITING = new Ladder(100_000, 10_000_000_000L);

  /** For what runs: from a microsecond to ten seconds. */
  static final Ladder RUNNING = new Ladder(1_000, 10_000_000_000L);

  private static final double NANOS_PER_SECOND = 1e9;

  private final long[] boundsNanos;

  /** Steps of 1, 2.5 and 5, from a power of ten to a power of ten, both among them. */
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

  /** The bounds in seconds, the last one infinite. */
  double[] boundsSeconds() {
    double[] bounds = new double[boundsNanos.length + 1];
    for (int rung = 0; rung < boundsNanos.length; rung++) {
      bounds[rung] = boundsNanos[rung] / NANOS_PER_SECOND;
    }
    bounds[boundsNanos.length] = Double.POSITIVE_INFINITY;
    return bounds;
  }

  /**
   * Sorts what was recorded into buckets. A recorded value is known to 1 % and counts as the least
   * that it can have been, so that one at a bound is within it; in the sum it counts as the middle.
   * Each counts the same in every snapshot, so counts and sum never fall.
   */
  Rungs sort(Distribution nanos) {
    Sorting sorting = new Sorting();
    nanos.forEachBucket(sorting);
    return new Rungs(sorting.counts, sorting.sumNanos / NANOS_PER_SECOND);
  }

  /** Sorts the buckets of a distribution, which come lowest first. */
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
   * What is in the buckets.
   *
   * @param counts for each bound, and beyond the last; not cumulated
   */
  @SuppressWarnings("ArrayRecordComponent") // made for one reader, who passes it on
  record Rungs(long[] counts, double sumSeconds) {}
}
