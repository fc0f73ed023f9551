package io.tourbillon.coroutine.internal.observe;

import io.tourbillon.timer.Distribution;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Records durations. One thread at a time writes, any thread reads, and neither waits for the
 * other. Values are exact to 1 %; more than an hour counts as an hour.
 */
public final class Recording {
  private static final int DIGITS = 2;
  private static final long HIGHEST_NANOS = 3_600_000_000_000L;

  private final SingleWriterRecorder recorder = new SingleWriterRecorder(HIGHEST_NANOS, DIGITS);

  /** The sum of what has been read so far. Guarded by this. */
  private final Histogram sum = new Histogram(HIGHEST_NANOS, DIGITS);

  /** Reused for the next reading. Guarded by this. */
  private @Nullable Histogram interval;

  /** Records a value a number of times. Called by the writer. */
  void record(long nanos, long count) {
    recorder.recordValueWithCount(Math.clamp(nanos, 0, HIGHEST_NANOS), count);
  }

  /** Adds everything that was recorded so far to a distribution. May be called by any thread. */
  synchronized void addTo(Distribution.Builder total) {
    interval = recorder.getIntervalHistogram(interval);
    sum.add(interval);
    for (HistogramIterationValue bucket : sum.recordedValues()) {
      total.record(bucket.getValueIteratedTo(), bucket.getCountAtValueIteratedTo());
    }
  }
}
