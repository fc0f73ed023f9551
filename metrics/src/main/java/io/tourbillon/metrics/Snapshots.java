package io.tourbillon.metrics;

import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Shares a snapshot among all reads within a tenth of a second: a scrape reads some thirty meters,
 * but takes the locks of the timers or loops that it looks at only once. Thread-safe. While one
 * reader takes a snapshot, the other readers wait for it; the timers and loops do not.
 */
final class Snapshots<S> {
  static final long MAX_AGE_NANOS = 100_000_000;

  private final Supplier<? extends S> source;
  private final LongSupplier nanoTime;

  /**
   * Written under the monitor. Read without it, which is safe since the record and its snapshot do
   * not change.
   */
  private volatile @Nullable Taken<S> last;

  Snapshots(Supplier<? extends S> source, LongSupplier nanoTime) {
    this.source = source;
    this.nanoTime = nanoTime;
  }

  S get() {
    Taken<S> taken = last;
    if (taken == null || taken.isOld(nanoTime.getAsLong())) {
      taken = refresh();
    }
    return taken.snapshot;
  }

  private synchronized Taken<S> refresh() {
    Taken<S> taken = last;
    if (taken == null || taken.isOld(nanoTime.getAsLong())) {
      S snapshot = source.get();
      taken = new Taken<>(snapshot, nanoTime.getAsLong());
      last = taken;
    }
    return taken;
  }

  private record Taken<S>(S snapshot, long atNanos) {
    boolean isOld(long nowNanos) {
      return nowNanos - atNanos >= MAX_AGE_NANOS;
    }
  }
}
