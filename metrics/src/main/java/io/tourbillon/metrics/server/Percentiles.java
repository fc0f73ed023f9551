package io.tourbillon.metrics.server;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** A distribution in few figures, in seconds. */
record Percentiles(double p50, double p99, double p999, double max) {
  private static final double NANOS_PER_SECOND = 1e9;

  /** Of what was recorded between two snapshots; null if that is nothing. */
  static @Nullable Percentiles between(Histogram beforeNanos, Histogram afterNanos) {
    Histogram meanwhile = afterNanos.copy();
    meanwhile.subtract(beforeNanos);
    if (meanwhile.getTotalCount() == 0) {
      return null;
    }
    return new Percentiles(
        meanwhile.getValueAtPercentile(50) / NANOS_PER_SECOND,
        meanwhile.getValueAtPercentile(99) / NANOS_PER_SECOND,
        meanwhile.getValueAtPercentile(99.9) / NANOS_PER_SECOND,
        meanwhile.getMaxValue() / NANOS_PER_SECOND);
  }
}
