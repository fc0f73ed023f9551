package io.tourbillon.bench.soak.round;

import org.HdrHistogram.AbstractHistogram;

/** How late a number of things were. */
public record Lateness(long count, long p50Nanos, long p99Nanos, long maxNanos) {
  /** Summarises a histogram of nanoseconds. */
  public static Lateness of(AbstractHistogram nanos) {
    return new Lateness(
        nanos.getTotalCount(),
        nanos.getValueAtPercentile(50),
        nanos.getValueAtPercentile(99),
        nanos.getMaxValue());
  }
}
