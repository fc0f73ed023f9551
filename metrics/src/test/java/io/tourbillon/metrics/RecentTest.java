package io.tourbillon.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tourbillon.timer.Distribution;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RecentTest {
  private final AtomicLong clockNanos = new AtomicLong();
  private Distribution snapshot = Distribution.builder().build();
  private final Recent recent = new Recent(() -> snapshot, clockNanos::get);

  private void record(long value, long count) {
    snapshot = Distribution.builder().add(snapshot).record(value, count).build();
  }

  private void passMinutes(double minutes) {
    clockNanos.addAndGet(Math.round(minutes * Recent.STEP_NANOS));
  }

  @Test
  void read_nothingRecorded_isZero() {
    assertEquals(0, recent.maxNanos());
    assertEquals(0, recent.nanosAtPercentile(99));
  }

  @Test
  void read_firstTime_tellsOfAll() {
    record(7, 99);
    record(100, 1);
    assertEquals(7, recent.nanosAtPercentile(50));
    assertEquals(100, recent.maxNanos());
  }

  @Test
  void read_eachHalfMinute_remembersForAMinuteAndForgetsWithinTwo() {
    recent.maxNanos();
    passMinutes(0.5);
    record(100, 1);
    for (int half = 0; half < 3; half++) {
      assertEquals(100, recent.maxNanos());
      passMinutes(0.5);
      record(7, 1);
    }
    assertEquals(7, recent.maxNanos());
  }

  @Test
  void read_afterALongPause_tellsOfThePause() {
    record(100, 1);
    recent.maxNanos();
    passMinutes(600);
    record(7, 1);
    assertEquals(7, recent.maxNanos());
    assertEquals(7, recent.nanosAtPercentile(50), "the median covers the same time");
  }
}
