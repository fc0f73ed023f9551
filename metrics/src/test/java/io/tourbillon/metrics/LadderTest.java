package io.tourbillon.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.Distribution;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LadderTest {
  private static final long HOUR_NANOS = 3_600_000_000_000L;

  private static Distribution of(long nanos, long count) {
    return Distribution.builder().record(nanos, count).build();
  }

  @Test
  void boundsSeconds_ofWaiting_runFromATenthOfAMillisecondToTenSeconds() {
    assertArrayEquals(
        new double[] {
          1e-4,
          2.5e-4,
          5e-4,
          1e-3,
          2.5e-3,
          5e-3,
          0.01,
          0.025,
          0.05,
          0.1,
          0.25,
          0.5,
          1,
          2.5,
          5,
          10,
          Double.POSITIVE_INFINITY
        },
        Ladder.WAITING.boundsSeconds());
  }

  @Test
  void boundsSeconds_ofRunning_beginAtAMicrosecond() {
    double[] bounds = Ladder.RUNNING.boundsSeconds();
    assertEquals(1e-6, bounds[0]);
    assertEquals(10, bounds[bounds.length - 2]);
  }

  @Test
  void sort_valueAtABound_isWithinIt() {
    for (double bound : Ladder.RUNNING.boundsSeconds()) {
      if (bound <= 10) {
        long[] counts = Ladder.RUNNING.sort(of(Math.round(bound * 1e9), 1)).counts();
        int rung = Arrays.binarySearch(Ladder.RUNNING.boundsSeconds(), bound);
        assertEquals(1, counts[rung], "value of " + bound + " s");
      }
    }
  }

  @Test
  void sort_beyondTheLastBound_isInTheLastBucket() {
    long[] counts = Ladder.WAITING.sort(of(HOUR_NANOS, 3)).counts();
    assertEquals(3, counts[counts.length - 1]);
  }

  @Test
  void sort_nothing_isZero() {
    Ladder.Rungs rungs = Ladder.WAITING.sort(Distribution.builder().build());
    assertEquals(0, Arrays.stream(rungs.counts()).sum());
    assertEquals(0, rungs.sumSeconds());
  }

  @Test
  void sort_asMoreIsRecorded_noCountAndNoSumFalls() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Distribution nanos = Distribution.builder().build();
    Ladder.Rungs before = Ladder.WAITING.sort(nanos);
    double exactSeconds = 0;
    for (int round = 0; round < 100; round++) {
      Distribution.Builder more = Distribution.builder().add(nanos);
      for (int i = 0; i < 50; i++) {
        long value = (long) Math.exp(random.nextDouble() * Math.log(HOUR_NANOS));
        more.record(value);
        exactSeconds += value / 1e9;
      }
      nanos = more.build();
      Ladder.Rungs after = Ladder.WAITING.sort(nanos);
      for (int rung = 0; rung < after.counts().length; rung++) {
        assertTrue(after.counts()[rung] >= before.counts()[rung], "seed " + seed);
      }
      assertTrue(after.sumSeconds() >= before.sumSeconds(), "seed " + seed);
      before = after;
    }
    assertEquals(5000, Arrays.stream(before.counts()).sum(), "seed " + seed);
    assertEquals(exactSeconds, before.sumSeconds(), exactSeconds / 100, "seed " + seed);
  }
}
