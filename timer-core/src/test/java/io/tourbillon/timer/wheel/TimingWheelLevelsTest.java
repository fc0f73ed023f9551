package io.tourbillon.timer.wheel;

import static io.tourbillon.timer.wheel.Fired.tasksFiredBy;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** Which level a timer goes to, and when it moves. No boundary makes it early or late. */
class TimingWheelLevelsTest {
  /** Distances at which the level changes or a block ends, and their neighbours. */
  static final long[] BOUNDARY_DISTANCES = {
    1,
    2,
    255,
    256,
    257,
    511,
    512,
    513,
    767,
    768,
    65_535,
    65_536,
    65_537,
    131_071,
    131_072,
    131_073,
    (1 << 24) - 1,
    1 << 24,
    (1 << 25) - 1,
    1 << 25,
    (1 << 25) + 1,
    (1L << 32) - 1,
    1L << 32,
    1L << 33,
    (1L << 33) + 1,
    1L << 40,
    1L << 41,
    1L << 48,
    1L << 49,
    1L << 56,
    1L << 57,
    1L << 62
  };

  /**
   * Positions of the current tick in its blocks: at the beginning, in the middle and at the end.
   */
  private static final long[] PLACES_IN_BLOCK = {
    0,
    1,
    100,
    128,
    254,
    255,
    256,
    300,
    511,
    65_535,
    65_536,
    65_536 - 256,
    100_000,
    -1,
    -256,
    -65_536
  };

  @ParameterizedTest
  @FieldSource("BOUNDARY_DISTANCES")
  void advance_inOneStepFromAnyPlaceInBlock_firesNeitherEarlyNorLate(long distance) {
    for (long start : PLACES_IN_BLOCK) {
      TimingWheel<String> wheel = new TimingWheel<>(start);
      wheel.arm(start + distance, "a");
      assertEquals(List.of(), tasksFiredBy(wheel, start + distance - 1), () -> "from " + start);
      assertEquals(List.of("a"), tasksFiredBy(wheel, start + distance), () -> "from " + start);
    }
  }

  @ParameterizedTest
  @FieldSource("BOUNDARY_DISTANCES")
  void advance_fromEventToEvent_firesNeitherEarlyNorLate(long distance) {
    for (long start : PLACES_IN_BLOCK) {
      TimingWheel<String> wheel = new TimingWheel<>(start);
      wheel.arm(start + distance, "a");
      int events = 0;
      while (wheel.size() > 0) {
        assertTrue(wheel.nextEventTick() <= start + distance, "an event after the deadline");
        tasksFiredBy(wheel, wheel.nextEventTick());
        events++;
      }
      assertEquals(start + distance, wheel.currentTick());
      assertTrue(events <= Levels.COUNT, events + " events for one timer");
    }
  }

  @Test
  void advance_tickByTick_firesNeitherEarlyNorLate() {
    for (long start : PLACES_IN_BLOCK) {
      TimingWheel<String> wheel = new TimingWheel<>(start);
      for (long distance : BOUNDARY_DISTANCES) {
        wheel.arm(start + distance, "" + distance);
      }
      for (long tick = start + 1; tick <= start + 1000; tick++) {
        for (String task : tasksFiredBy(wheel, tick)) {
          assertEquals(tick, start + Long.parseLong(task));
        }
      }
      assertEquals(BOUNDARY_DISTANCES.length - 10, wheel.size());
    }
  }

  @Test
  void arm_onBothSidesOfLevelBoundaryInEveryTick_firesTwoInEveryTick() {
    TimingWheel<String> wheel = new TimingWheel<>(0);
    for (long now = 0; now < 1024; now++) {
      wheel.arm(now + 511, "finest level");
      wheel.arm(now + 512, "next level");
      assertTrue(wheel.checkInvariants());
      int due = now + 1 < 511 ? 0 : now + 1 == 511 ? 1 : 2;
      assertEquals(due, tasksFiredBy(wheel, now + 1).size());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 0",
    "0, 511, 0",
    "0, 512, 1",
    "255, 511, 0",
    "255, 512, 1",
    "0, 131071, 1",
    // Level 1 reaches to the end of block 511, which from the end of block 0 is 255 ticks less.
    "255, 130816, 1",
    "255, 130817, 2",
    "0, 131072, 2",
    "0, 33554431, 2",
    "0, 33554432, 3",
    "1, 33554431, 3",
    "0, 8589934591, 3",
    "0, 8589934592, 4",
    "0, 4611686018427387904, 7"
  })
  void arm_atDistance_goesToFinestLevelThatReachesIt(long start, long distance, int level) {
    TimingWheel<String> wheel = new TimingWheel<>(start);
    wheel.arm(start + distance, "a");
    long[] expected = new long[Levels.COUNT];
    expected[level] = 1;
    assertArrayEquals(expected, wheel.sizeByLevel());
  }

  @Test
  void workedExample_ofClassComment_holds() {
    TimingWheel<String> wheel = new TimingWheel<>(1000);
    wheel.arm(1300, "a");
    long far = wheel.arm(70_000, "b");
    long pushedOut = wheel.arm(70_001, "c");
    assertArrayEquals(new long[] {1, 2, 0, 0, 0, 0, 0, 0}, wheel.sizeByLevel());
    wheel.rearm(pushedOut, 90_000);
    assertArrayEquals(new long[] {1, 2, 0, 0, 0, 0, 0, 0}, wheel.sizeByLevel());
    assertEquals(List.of("a"), tasksFiredBy(wheel, 69_887));
    tasksFiredBy(wheel, 69_888);
    assertArrayEquals(new long[] {1, 1, 0, 0, 0, 0, 0, 0}, wheel.sizeByLevel());
    assertEquals("b", wheel.task(far));
    assertEquals(List.of(), tasksFiredBy(wheel, 69_999));
    assertEquals(List.of("b"), tasksFiredBy(wheel, 70_000));
    assertEquals(List.of(), tasksFiredBy(wheel, 89_999));
    assertEquals(List.of("c"), tasksFiredBy(wheel, 90_000));
  }

  @Test
  void nextEventTick_ofIdleWheel_isNever() {
    assertEquals(TimingWheel.NEVER, new TimingWheel<String>(0).nextEventTick());
    assertEquals(TimingWheel.NEVER, new TimingWheel<String>(Long.MIN_VALUE).nextEventTick());
    assertEquals(TimingWheel.NEVER, new TimingWheel<String>(Long.MAX_VALUE - 1).nextEventTick());
  }

  @Test
  void nextEventTick_withinFinestLevel_isDeadline() {
    TimingWheel<String> wheel = new TimingWheel<>(1000);
    wheel.arm(1511, "a");
    assertEquals(1511, wheel.nextEventTick());
    wheel.arm(1256, "b");
    assertEquals(1256, wheel.nextEventTick());
    wheel.arm(3, "c");
    assertEquals(1001, wheel.nextEventTick());
  }

  @Test
  void nextEventTick_ofFewFarTimers_isBeginningOfTheirBlock() {
    TimingWheel<String> wheel = new TimingWheel<>(1000);
    wheel.arm(70_000, "a");
    assertEquals(69_888, wheel.nextEventTick());
    wheel.arm(10_000_000, "b");
    assertEquals(69_888, wheel.nextEventTick());
  }

  @Test
  void isCascadeEarlier_asABlockFills_isSaidBeforeTheNextEventIsEarlier() {
    TimingWheel<String> wheel = new TimingWheel<>(1000);
    wheel.arm(70_000, "a");
    long next = wheel.nextEventTick();
    int earlier = 0;
    for (int i = 1; i < 3000; i++) {
      wheel.arm(70_000, "a");
      boolean said = wheel.isCascadeEarlier();
      long nextNow = wheel.nextEventTick();
      assertTrue(nextNow == next || said, "earlier by itself");
      assertFalse(wheel.isCascadeEarlier());
      earlier += nextNow < next ? 1 : 0;
      next = nextNow;
    }
    assertEquals(1, earlier);
    assertEquals(69_888 - 256, next, "when the block becomes the next one it is looked at again");
    wheel.advance(next, Integer.MAX_VALUE, (id, deadline, task) -> fail());
    assertEquals(69_888 - 3000 / 256, wheel.nextEventTick());
  }

  @Test
  void advance_toTickBeforeNextEvent_movesNothing() {
    TimingWheel<String> wheel = new TimingWheel<>(1000);
    wheel.arm(70_000, "a");
    long[] before = wheel.sizeByLevel();
    tasksFiredBy(wheel, wheel.nextEventTick() - 1);
    assertArrayEquals(before, wheel.sizeByLevel());
  }

  @Test
  void cascade_acrossLevelBoundary_takesEachTimerDownOnce() {
    TimingWheel<String> wheel = new TimingWheel<>(0);
    for (int i = 0; i < 200; i++) {
      wheel.arm(1024 + i, "a");
    }
    // A small block moves in one tick: exactly 200 steps, and then the first timer fires.
    Fired fired = new Fired();
    assertEquals(0, wheel.advance(1024, 200, fired));
    assertEquals(1023, wheel.currentTick());
    assertArrayEquals(new long[] {200, 0, 0, 0, 0, 0, 0, 0}, wheel.sizeByLevel());
    assertEquals(1, wheel.advance(1024, 1, fired));
    assertEquals(1024, wheel.currentTick());
  }
}
