package io.tourbillon.bench.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class LatenessTest {
  @Test
  void nanosAt_notSorted_isAPercentile() {
    Lateness lateness = Lateness.of(new long[] {30, 0, 10, 20});
    assertEquals(0, lateness.nanosAt(0));
    assertEquals(10, lateness.nanosAt(50));
    assertEquals(30, lateness.nanosAt(100));
  }

  @Test
  void of_oneEarly_isRefused() {
    Exception refusal =
        assertThrows(IllegalStateException.class, () -> Lateness.of(new long[] {5, -1, 7}));
    assertEquals("a timer must not be early: by 1 ns", refusal.getMessage());
  }
}
