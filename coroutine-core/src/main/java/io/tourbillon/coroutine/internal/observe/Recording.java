package io.tourbillon.coroutine.internal.observe;

import io.tourbillon.timer.Distribution;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/**
 * How long something takes, measured by one thread at a time and read by any, neither of which
 * waits for the other. Values are exact to 1 %; longer than an hour counts as an hour.
 */
public final class Recording {
  private static final int DIGITS = 2;
  private static final long HIGHEST_NANOS = 3_600_000_000_000L;

  private final SingleWriterRecorder recorder = new SingleWriterRecorder(HIGHEST_NANOS, DIGITS);

  /** What has been read so far. Guarded by this. */
  private final Histogram sum = new Histogram(HIGHEST_NANOS, DIGITS);

  /** To be used again. Guarded by this. */
  private @Nullable Histogram interval;

  /** Records a value so many times. By the writer. */
  void record(long nanos, long count) {
    recorder.recordValueWithCount(Math.clamp(nanos, 0, HIGHEST_NANOS), count);
  }

  /** Adds everything that was recorded so far. By any thread. */
  synchronized void addTo(Distribution.Builder total) {
    interval = recorder.getIntervalHistogram(interval);
    sum.add(interval);
    for (HistogramIterationValue bucket : sum.recordedValues()) {
      total.record(bucket.getValueIteratedTo(), bucket.getCountAtValueIteratedTo());
    }
  }
}
