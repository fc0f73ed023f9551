package io.tourbillon.timer.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The arithmetic between nanoseconds and ticks, at its limits. */
class TickScaleTest {
  private static final long MILLI = 1_000_000;
  private static final long LONGEST = Long.MAX_VALUE;

  private final TickScale scale = new TickScale(0, MILLI);

  @Test
  void nanosOf_delaysThatFit_areExact() {
    for (long nanos :
        List.of(0L, 1L, -1L, MILLI, 1_500_000_000L, -1_500_000_000L, 9_000_000_000_000_000_000L)) {
      assertEquals(nanos, TickScale.nanosOf(Duration.ofNanos(nanos)));
    }
  }

  @Test
  void nanosOf_delaysThatOverflow_areTheLongestOrShortest() {
    assertEquals(LONGEST, TickScale.nanosOf(Duration.ofSeconds(Long.MAX_VALUE)));
    assertEquals(LONGEST, TickScale.nanosOf(Duration.ofNanos(LONGEST).plusNanos(1)));
    assertEquals(LONGEST, TickScale.nanosOf(Duration.ofNanos(LONGEST)));
    assertEquals(Long.MIN_VALUE, TickScale.nanosOf(Duration.ofSeconds(Long.MIN_VALUE)));
    assertEquals(Long.MIN_VALUE, TickScale.nanosOf(Duration.ofNanos(Long.MIN_VALUE).minusNanos(1)));
  }

  @Test
  void deadlineNanos_sumThatOverflows_isTheFarEnd() {
    assertEquals(LONGEST, TickScale.deadlineNanos(1, LONGEST));
    assertEquals(LONGEST, TickScale.deadlineNanos(LONGEST, 1));
    assertEquals(LONGEST, TickScale.deadlineNanos(LONGEST, LONGEST));
    assertEquals(LONGEST, TickScale.deadlineNanos(0, LONGEST));
  }

  @Test
  void deadlineNanos_delayNotPositive_isTheNextNanosecond() {
    assertEquals(8, TickScale.deadlineNanos(7, 0));
    assertEquals(8, TickScale.deadlineNanos(7, -1));
    assertEquals(8, TickScale.deadlineNanos(7, Long.MIN_VALUE));
  }

  @Test
  void tickAtOrAfter_anyTime_beginsNoEarlierAndLessThanATickLater() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 100_000; i++) {
      long tickNanos = random.nextLong(10_000, 3_600_000_000_000L);
      TickScale any = new TickScale(random.nextLong(), tickNanos);
      long elapsed = random.nextLong() >> random.nextInt(2, 63);
      long start = any.startNanos(any.tickAtOrAfter(elapsed));
      assertTrue(start >= elapsed && start - elapsed < tickNanos, elapsed + " seed " + seed);
      long begun = any.startNanos(any.tickAt(elapsed));
      assertTrue(begun <= elapsed && elapsed - begun < tickNanos, elapsed + " seed " + seed);
    }
  }

  @Test
  void tickAtOrAfter_wholeTicks_isThatTick() {
    for (long tick : List.of(-5L, -1L, 0L, 1L, 77L)) {
      assertEquals(tick, scale.tickAtOrAfter(tick * MILLI));
      assertEquals(tick + 1, scale.tickAtOrAfter(tick * MILLI + 1));
      assertEquals(tick, scale.tickAt(tick * MILLI));
      assertEquals(tick - 1, scale.tickAt(tick * MILLI - 1));
    }
  }

  @Test
  void startNanos_tickBeyondTheFarEnd_isTheFarEnd() {
    for (long tickNanos : List.of(10_000L, 100_000L, 150_001L, MILLI, 3_600_000_000_000L)) {
      TickScale any = new TickScale(0, tickNanos);
      assertEquals(LONGEST, any.startNanos(any.tickAtOrAfter(LONGEST)));
      assertEquals(LONGEST, any.startNanos(LONGEST));
      long last = any.tickAt(LONGEST);
      assertEquals(last * tickNanos, any.startNanos(last));
    }
  }

  @Test
  void clockNanos_andElapsedNanos_areInverseAtAnyOrigin() {
    for (long origin : List.of(0L, -1L, LONGEST, Long.MIN_VALUE, LONGEST - 5)) {
      TickScale at = new TickScale(origin, MILLI);
      for (long elapsed : List.of(0L, 1L, MILLI, LONGEST)) {
        assertEquals(elapsed, at.elapsedNanos(at.clockNanos(elapsed)));
      }
    }
  }
}
