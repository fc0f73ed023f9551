package io.tourbillon.bench.soak.round;

import java.util.List;
import java.util.function.ToLongFunction;
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

  /** Summarises what several processes have seen at the same time: the worst of each figure. */
  static Lateness worst(List<Lateness> all) {
    return new Lateness(
        all.stream().mapToLong(Lateness::count).sum(),
        most(all, Lateness::p50Nanos),
        most(all, Lateness::p99Nanos),
        most(all, Lateness::maxNanos));
  }

  private static long most(List<Lateness> all, ToLongFunction<Lateness> figure) {
    return all.stream().mapToLong(figure).max().orElse(0);
  }
}
