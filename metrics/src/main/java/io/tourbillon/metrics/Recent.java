package io.tourbillon.metrics;

import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What a cumulative histogram has recorded in the last one to two minutes, for registries that can
 * not work that out by themselves: percentiles since the start would hardly move after a day. Keeps
 * two earlier snapshots and subtracts the older one. Works when it is read and only then; read less
 * often, it tells of the time since the reading before. Thread-safe.
 */
final class Recent {
  static final long STEP_NANOS = 60_000_000_000L;

  private final Supplier<Histogram> cumulative;
  private final LongSupplier nanoTime;

  // Guarded by the monitor.
  private @Nullable Histogram base;
  private @Nullable Histogram nextBase;
  private long nextBaseAtNanos;

  Recent(Supplier<Histogram> cumulative, LongSupplier nanoTime) {
    this.cumulative = cumulative;
    this.nanoTime = nanoTime;
  }

  /** Zero if nothing was recorded. */
  synchronized long nanosAtPercentile(double percentile) {
    return recent().getValueAtPercentile(percentile);
  }

  /** Zero if nothing was recorded. */
  synchronized long maxNanos() {
    return recent().getMaxValue();
  }

  private Histogram recent() {
    Histogram now = cumulative.get();
    long nanos = nanoTime.getAsLong();
    if (nextBase == null || nanos - nextBaseAtNanos >= STEP_NANOS) {
      base = nextBase;
      nextBase = now;
      nextBaseAtNanos = nanos;
    }
    if (base == null) {
      return now;
    }
    Histogram recent = now.copy();
    recent.subtract(base);
    return recent;
  }
}
