package io.tourbillon.metrics;

import io.tourbillon.timer.Distribution;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Shows what a cumulative histogram has recorded in the last one to two minutes. For registries
 * that cannot compute that themselves: percentiles since the start would hardly change after a day.
 * Keeps two earlier snapshots and subtracts the older one. Works only when it is read. If the reads
 * are rarer than that, each covers the time since the read before it. Thread-safe.
 */
final class Recent {
  static final long STEP_NANOS = 60_000_000_000L;

  private final Supplier<Distribution> cumulative;
  private final LongSupplier nanoTime;

  // Guarded by the monitor.
  private @Nullable Distribution base;
  private @Nullable Distribution nextBase;
  private long nextBaseAtNanos;

  Recent(Supplier<Distribution> cumulative, LongSupplier nanoTime) {
    this.cumulative = cumulative;
    this.nanoTime = nanoTime;
  }

  /** Returns a percentile, or zero if nothing was recorded. */
  synchronized long nanosAtPercentile(double percentile) {
    return recent().percentile(percentile);
  }

  /** Returns the maximum, or zero if nothing was recorded. */
  synchronized long maxNanos() {
    return recent().max();
  }

  private Distribution recent() {
    Distribution now = cumulative.get();
    long nanos = nanoTime.getAsLong();
    if (nextBase == null || nanos - nextBaseAtNanos >= STEP_NANOS) {
      base = nextBase;
      nextBase = now;
      nextBaseAtNanos = nanos;
    }
    return base == null ? now : now.minus(base);
  }
}
