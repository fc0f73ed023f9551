package io.tourbillon.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DistributionTest {
  private static final long HOUR_NANOS = 3_600_000_000_000L;

  private static Distribution of(long... nanos) {
    Distribution.Builder values = Distribution.builder();
    for (long value : nanos) {
      values.record(value);
    }
    return values.build();
  }

  private static void assertNear(double expected, double actual) {
    assertEquals(expected, actual, expected / 100);
  }

  @Test
  void empty_allFigures_areZero() {
    Distribution empty = of();
    assertEquals(0, empty.count());
    assertEquals(0, empty.min());
    assertEquals(0, empty.max());
    assertEquals(0, empty.mean());
    assertEquals(0, empty.percentile(99));
    assertEquals(0, empty.countBetween(0, Long.MAX_VALUE));
    assertEquals("none measured", empty.toString());
  }

  @Test
  void figures_ofOneToHundred_areExactToOnePercent() {
    Distribution.Builder values = Distribution.builder();
    for (int value = 1; value <= 100; value++) {
      values.record(value * 1000L);
    }
    Distribution built = values.build();
    assertEquals(100, built.count());
    assertNear(1000, (double) built.min());
    assertNear(100_000, (double) built.max());
    assertNear(50_500, built.mean());
    assertNear(50_000, (double) built.percentile(50));
    assertNear(99_000, (double) built.percentile(99));
    assertEquals(10, built.countBetween(11_000, 20_000));
  }

  @Test
  void record_outOfRange_isClamped() {
    Distribution built = of(-5, Long.MAX_VALUE);
    assertEquals(0, built.min());
    assertNear((double) HOUR_NANOS, (double) built.max());
    assertEquals(2, built.countBetween(Long.MIN_VALUE, Long.MAX_VALUE));
  }

  @Test
  void forEachBucket_showsEachValueOnce_lowestFirst() {
    Distribution built = Distribution.builder().record(3, 2).record(1_000_000, 5).build();
    List<Long> counts = new ArrayList<>();
    built.forEachBucket(
        (low, high, count) -> {
          long value = counts.isEmpty() ? 3 : 1_000_000;
          assertTrue(low <= value && value <= high, low + " to " + high);
          counts.add(count);
        });
    assertEquals(List.of(2L, 5L), counts);
  }

  @Test
  void minus_earlierSnapshot_isWhatWasAddedSince() {
    Distribution earlier = of(10, 20);
    Distribution later = Distribution.builder().add(earlier).record(500).build();
    assertEquals(of(500), later.minus(earlier));
    assertEquals(3, later.count(), "unchanged");
    assertThrows(IllegalArgumentException.class, () -> earlier.minus(later));
  }

  @Test
  void equals_comparesValues() {
    assertEquals(of(1, 2, 2), Distribution.builder().record(1).record(2, 2).build());
    assertEquals(of(1, 2, 2).hashCode(), of(2, 1, 2).hashCode());
    assertNotEquals(of(1), of(2));
  }

  @Test
  void badArguments_areRefused() {
    Distribution.Builder values = Distribution.builder();
    assertThrows(IllegalArgumentException.class, () -> values.record(1, -1));
    Distribution built = values.build();
    assertThrows(IllegalStateException.class, () -> values.record(1));
    assertThrows(IllegalArgumentException.class, () -> built.percentile(101));
    assertThrows(IllegalArgumentException.class, () -> built.percentile(Double.NaN));
  }
}
