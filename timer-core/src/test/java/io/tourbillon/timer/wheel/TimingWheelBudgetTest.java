package io.tourbillon.timer.wheel;

import static io.tourbillon.timer.wheel.Fired.tasksFiredBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An advance stops when its budget is used up, and continues with the next; cascades are spread.
 */
class TimingWheelBudgetTest {
  private static final int QUOTA = 256;
  private static final int MANY = 100_000;

  private final TimingWheel<String> wheel = new TimingWheel<>(0);
  private final Fired fired = new Fired();

  private List<Long> armMany(int count, long deadlineTick) {
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(wheel.arm(deadlineTick, "a"));
    }
    return ids;
  }

  @Test
  void advance_budgetEndsInMiddleOfSlot_goesOnWhereItStopped() {
    armMany(10, 50);
    assertEquals(4, wheel.advance(60, 4, fired));
    assertEquals(49, wheel.currentTick());
    assertEquals(50, wheel.nextEventTick());
    assertEquals(6, wheel.size());
    assertEquals(4, wheel.advance(60, 4, fired));
    assertEquals(49, wheel.currentTick());
    assertEquals(2, wheel.advance(60, 4, fired));
    assertEquals(60, wheel.currentTick());
  }

  /** As the driver does it: small budgets, several advances for each tick, and timers that fire. */
  @ParameterizedTest
  @ValueSource(ints = {60_000, 85_000, 300_000})
  void advance_resumedWithSmallBudget_movesNoMoreThanTheShareOfTheTick(int timers) {
    int budget = 256;
    for (int tick = 1; tick < 2048; tick++) {
      wheel.arm(tick, "each tick");
    }
    for (int timer = 0; timer < timers; timer++) {
      wheel.arm(1024 + timer % 256, "in one block");
    }
    int share = timers / 255 + QUOTA;
    for (int tick = 1; tick < 1024; tick++) {
      int calls = 0;
      while (wheel.currentTick() < tick) {
        wheel.advance(tick, budget, fired);
        calls++;
      }
      assertTrue(calls <= share / budget + 2, "tick " + tick + " took " + calls + " calls");
    }
    assertEquals(1023, fired.take().size());
  }

  @Test
  void advance_budgetIsJustEnough_reachesTick() {
    armMany(10, 50);
    assertEquals(10, wheel.advance(60, 10, fired));
    assertEquals(60, wheel.currentTick());
  }

  @Test
  void advance_stoppedInSlot_seesWhatIsDoneBeforeItGoesOn() {
    List<Long> ids = armMany(10, 50);
    wheel.advance(50, 4, fired);
    fired.take().forEach(firing -> ids.remove(firing.id()));
    assertEquals("a", wheel.cancel(ids.removeFirst()));
    assertTrue(wheel.rearm(ids.removeFirst(), 51));
    long inTime = wheel.arm(50, "in time");
    long late = wheel.arm(0, "late");
    ids.addAll(List.of(inTime, late));
    wheel.advance(50, 100, fired);
    List<Long> firedIds = new ArrayList<>();
    fired.take().forEach(firing -> firedIds.add(firing.id()));
    Collections.sort(firedIds);
    Collections.sort(ids);
    assertEquals(ids, firedIds);
    assertEquals(List.of("a"), tasksFiredBy(wheel, 51));
  }

  @Test
  void advance_budgetEndsInMiddleOfCascade_goesOnWhereItStopped() {
    List<Long> ids = armMany(200, 1024);
    assertEquals(0, wheel.advance(2000, 150, fired));
    assertEquals(1022, wheel.currentTick());
    assertEquals(50, wheel.sizeByLevel()[1]);
    ids.forEach(id -> wheel.rearm(id, id % 2 == 0 ? 1024 : 1025));
    assertEquals("a", wheel.cancel(ids.getFirst()));
    assertEquals("a", wheel.cancel(ids.getLast()));
    assertEquals(99, tasksFiredBy(wheel, 1024).size());
    assertEquals(99, tasksFiredBy(wheel, 1025).size());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 63, 64, 65, 1000})
  void advance_withAnyBudget_firesEveryTimerInItsTick(int budget) {
    Random random = new Random(budget);
    for (int i = 0; i < 3000; i++) {
      long deadline = 1L + random.nextInt(1 << random.nextInt(1, 22));
      wheel.arm(deadline, "a");
    }
    while (wheel.size() > 0) {
      long before = wheel.currentTick();
      int count = wheel.advance(1L << 22, budget, fired);
      assertTrue(count <= budget);
      for (Fired.Firing firing : fired.take()) {
        assertTrue(firing.deadlineTick() > before, () -> firing + " late, after " + before);
        assertTrue(firing.deadlineTick() <= wheel.currentTick() + 1, () -> firing + " early");
      }
    }
  }

  /**
   * The maximum that a tick moves from one level: the quota, or an even share of the block. A chunk
   * that is moved in part counts as a whole chunk, which matters in the last ticks.
   */
  private static int shareOf(int timers, long blockTicks) {
    int capacity = timers + Slots.CHUNK_SIZE;
    return (int) Math.max(QUOTA, capacity / blockTicks + 1) + Slots.CHUNK_SIZE;
  }

  /** Advances from event to event until just before the tick, with this budget for each. */
  private void advanceWithin(int budgetPerTick, long endTick) {
    while (wheel.nextEventTick() < endTick) {
      long tick = wheel.nextEventTick();
      wheel.advance(tick, budgetPerTick, fired);
      assertEquals(tick, wheel.currentTick(), "a tick needs more than " + budgetPerTick + " steps");
    }
    assertEquals(List.of(), fired.take());
  }

  @ParameterizedTest
  @CsvSource({"1, 255", "2, 65535", "3, 16777215", "4, 4294967295", "1, 100", "2, 32000"})
  void cascade_of100000TimersForOneTick_isSpreadEvenly(int level, long tickInBlock) {
    long blockTicks = 1L << (level * Levels.SLOT_BITS);
    long deadline = 3 * blockTicks + tickInBlock;
    armMany(MANY, deadline);
    assertEquals(MANY, wheel.sizeByLevel()[level]);
    // Their last move is out of a block of 256 ticks, which determines the even share.
    advanceWithin(shareOf(MANY, 256), deadline);
    assertEquals(MANY, tasksFiredBy(wheel, deadline).size());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void cascade_ofBlocksOfAllLevelsThatBeginAtOneTick_isSpreadAtEachLevel(int level) {
    long deadline = 3L << (level * Levels.SLOT_BITS);
    armMany(MANY, deadline);
    advanceWithin(level * shareOf(MANY, 256), deadline);
    assertEquals(MANY, tasksFiredBy(wheel, deadline).size());
  }

  @Test
  void cascade_of100000TimersAllOverBlock_leavesNoneLate() {
    long blockTicks = 1 << 16;
    Random random = new Random(1);
    for (int i = 0; i < MANY; i++) {
      wheel.arm(3 * blockTicks + random.nextLong(blockTicks), "a");
    }
    // On average at most 100,000 / 65,536 are due in a tick; 20 are enough for the worst tick.
    int budget = 2 * QUOTA + 20;
    int count = 0;
    while (wheel.size() > 0) {
      long tick = wheel.nextEventTick();
      count += wheel.advance(tick, budget, fired);
      assertEquals(tick, wheel.currentTick());
      assertTrue(fired.take().stream().allMatch(firing -> firing.deadlineTick() == tick));
    }
    assertEquals(MANY, count);
  }

  @Test
  void cascade_afterMostAreCancelled_movesOnlyTheRest() {
    List<Long> ids = armMany(MANY, 3 << 16);
    Collections.shuffle(ids, new Random(1));
    ids.subList(0, 95_000).forEach(wheel::cancel);
    int stepsOfStoppedCalls = 0;
    while (wheel.size() > 0) {
      long tick = wheel.nextEventTick();
      wheel.advance(tick, 1, fired);
      stepsOfStoppedCalls += wheel.currentTick() < tick ? 1 : 0;
    }
    assertEquals(5_000, fired.take().size());
    assertTrue(stepsOfStoppedCalls <= 3 * 5_000, stepsOfStoppedCalls + " steps, level 2 to fired");
  }
}
