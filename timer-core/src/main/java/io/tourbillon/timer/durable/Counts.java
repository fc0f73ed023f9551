package io.tourbillon.timer.durable;

import io.tourbillon.timer.Distribution;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.HistogramIterationValue;

/** What a service counts and measures. Any thread writes. */
final class Counts {
  private static final long HIGHEST_NANOS = 3_600_000_000_000L;

  final LongAdder scheduled = new LongAdder();
  final LongAdder cancelled = new LongAdder();
  final LongAdder fired = new LongAdder();
  final LongAdder failed = new LongAdder();
  final LongAdder retried = new LongAdder();
  final LongAdder dead = new LongAdder();
  final LongAdder skipped = new LongAdder();
  final LongAdder superseded = new LongAdder();

  /** Up to an hour; longer times count as an hour. */
  final ConcurrentHistogram latenessNanos = new ConcurrentHistogram(HIGHEST_NANOS, 2);

  final ConcurrentHistogram commitNanos = new ConcurrentHistogram(HIGHEST_NANOS, 2);

  static void record(ConcurrentHistogram histogram, long nanos) {
    histogram.recordValue(Math.clamp(nanos, 0, HIGHEST_NANOS));
  }

  /** Copies first, because the values of a histogram that is written to cannot be iterated. */
  static Distribution snapshot(ConcurrentHistogram histogram) {
    Distribution.Builder builder = Distribution.builder();
    for (HistogramIterationValue each : histogram.copy().recordedValues()) {
      builder.record(each.getValueIteratedTo(), each.getCountAtValueIteratedTo());
    }
    return builder.build();
  }
}
