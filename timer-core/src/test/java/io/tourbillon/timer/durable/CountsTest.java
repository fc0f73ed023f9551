package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.Distribution;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.HdrHistogram.ConcurrentHistogram;
import org.junit.jupiter.api.Test;

class CountsTest {
  private final Counts counts = new Counts();

  @Test
  void snapshot_ofRecordedTimes_hasThemToOnePercent() {
    for (int each = 0; each < 100; each++) {
      Counts.record(counts.latenessNanos, TimeUnit.MILLISECONDS.toNanos(3));
    }
    Counts.record(counts.latenessNanos, TimeUnit.SECONDS.toNanos(2));
    Distribution lateness = Counts.snapshot(counts.latenessNanos);
    assertEquals(101, lateness.count());
    assertEquals(3e6, (double) lateness.percentile(99), 3e4);
    assertEquals(2e9, (double) lateness.max(), 2e7);
  }

  @Test
  void record_beyondTheRange_countsAsItsEnd() {
    Counts.record(counts.commitNanos, -5);
    Counts.record(counts.commitNanos, TimeUnit.HOURS.toNanos(3));
    Distribution commit = Counts.snapshot(counts.commitNanos);
    assertEquals(0, commit.min());
    assertEquals(3600e9, (double) commit.max(), 36e9);
  }

  /** Without the copy, HdrHistogram throws a ConcurrentModificationException. */
  @Test
  void snapshot_whileOthersRecord_neverFails() throws Exception {
    ConcurrentHistogram histogram = counts.commitNanos;
    AtomicBoolean goOn = new AtomicBoolean(true);
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (long nanos = 1; goOn.get(); nanos = nanos * 7 % 1_000_000_007) {
                    Counts.record(histogram, nanos);
                  }
                });
    Distribution before = Counts.snapshot(histogram);
    for (int each = 0; each < 300; each++) {
      Distribution after = Counts.snapshot(histogram);
      assertTrue(after.minus(before).count() >= 0);
      before = after;
    }
    goOn.set(false);
    writer.join();
  }
}
