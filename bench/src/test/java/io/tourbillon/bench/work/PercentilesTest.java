package io.tourbillon.bench.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PercentilesTest {
  @Test
  void at_anyPercent_isTheNearestRank() {
    Percentiles values = Percentiles.of(new long[] {50, 20, 15, 40, 35});
    assertEquals(15, values.at(0));
    assertEquals(15, values.at(20));
    assertEquals(20, values.at(20.1));
    assertEquals(20, values.at(40));
    assertEquals(35, values.at(50));
    assertEquals(50, values.at(100));
  }

  @Test
  void at_aThousandValues_tellsTheWorst() {
    Percentiles values = Percentiles.of(LongStream.rangeClosed(1, 1000).toArray());
    assertEquals(999, values.at(99.9));
    assertEquals(1000, values.at(99.99));
    assertEquals(1000, values.at(100));
  }

  @Test
  void mean_ofAll_isTheirMean() {
    assertEquals(2.5, Percentiles.of(new long[] {4, 1, 2, 3}).mean());
  }

  @Test
  void of_nothing_isRefused() {
    Exception refusal =
        assertThrows(IllegalArgumentException.class, () -> Percentiles.of(new long[0]));
    assertEquals("there must be a value at least: 0", refusal.getMessage());
  }

  @Test
  void ofLateness_notSorted_isAPercentile() {
    Percentiles lateness = Percentiles.ofLateness(new long[] {30, 0, 10, 20});
    assertEquals(0, lateness.at(0));
    assertEquals(10, lateness.at(50));
    assertEquals(30, lateness.at(100));
  }

  @Test
  void ofLateness_oneEarly_isRefused() {
    Exception refusal =
        assertThrows(
            IllegalStateException.class, () -> Percentiles.ofLateness(new long[] {5, -1, 7}));
    assertEquals("a timer must not be early: by 1 ns", refusal.getMessage());
  }
}
