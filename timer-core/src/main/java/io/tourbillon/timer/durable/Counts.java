package io.tourbillon.timer.durable;

import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;

/** What a service counts and measures. Any thread writes. */
final class Counts {
  final LongAdder scheduled = new LongAdder();
  final LongAdder cancelled = new LongAdder();
  final LongAdder fired = new LongAdder();
  final LongAdder failed = new LongAdder();
  final LongAdder dead = new LongAdder();
  final LongAdder skipped = new LongAdder();
  final LongAdder superseded = new LongAdder();

  /** Up to an hour; longer times count as an hour. */
  final ConcurrentHistogram latenessMicros = new ConcurrentHistogram(3_600_000_000L, 2);

  final ConcurrentHistogram commitMicros = new ConcurrentHistogram(3_600_000_000L, 2);

  static void record(ConcurrentHistogram histogram, long micros) {
    histogram.recordValue(Math.clamp(micros, 0, 3_600_000_000L));
  }
}
