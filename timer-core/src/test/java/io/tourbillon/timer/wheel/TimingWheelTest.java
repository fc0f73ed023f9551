package io.tourbillon.timer.wheel;

import static io.tourbillon.timer.wheel.Fired.tasksFiredBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of arm, cancel, rearm and advance, with few timers. */
class TimingWheelTest {
  private static final long NOW = 1000;
  private static final long LAST_TICK = Long.MAX_VALUE - 1;
  private static final long FIRST_ID = 1L << 32;

  private final TimingWheel<String> wheel = new TimingWheel<>(NOW);

  @Test
  void advance_toDeadline_handsOutIdDeadlineAndTask() {
    long id = wheel.arm(NOW + 7, "a");
    Fired fired = new Fired();
    assertEquals(1, wheel.advance(NOW + 7, 1, fired));
    assertEquals(List.of(new Fired.Firing(id, NOW + 7, "a")), fired.take());
    assertEquals(0, wheel.size());
    assertEquals(NOW + 7, wheel.currentTick());
  }

  @Test
  void advance_toTickBeforeDeadline_firesNothing() {
    wheel.arm(NOW + 7, "a");
    assertEquals(List.of(), tasksFiredBy(wheel, NOW + 6));
    assertEquals(NOW + 6, wheel.currentTick());
    assertEquals(1, wheel.size());
  }

  @Test
  void advance_acrossManyDeadlines_firesInOrderOfDeadline() {
    long[] distances = {70_000, 3, 600, 256, 5_000_000, 511, 1, 512, 255, 131_072};
    for (long distance : distances) {
      wheel.arm(NOW + distance, "" + distance);
    }
    List<String> inOrder =
        List.of("1", "3", "255", "256", "511", "512", "600", "70000", "131072", "5000000");
    assertEquals(inOrder, tasksFiredBy(wheel, NOW + 10_000_000));
  }

  @Test
  void advance_armedAtVariousDistancesForOneTick_firesAllInThatTick() {
    long deadline = NOW + 100_000;
    wheel.arm(deadline, "from level 1");
    tasksFiredBy(wheel, deadline - 600);
    wheel.arm(deadline, "from afar");
    tasksFiredBy(wheel, deadline - 1);
    wheel.arm(deadline, "from the tick before");
    assertEquals(3, tasksFiredBy(wheel, deadline).size());
  }

  @ParameterizedTest
  @ValueSource(longs = {NOW, NOW - 1, NOW - 256, 0, -1, Long.MIN_VALUE})
  void arm_deadlineNotAfterNow_firesAtNextTick(long deadline) {
    wheel.arm(deadline, "late");
    assertEquals(List.of(), tasksFiredBy(wheel, NOW));
    assertEquals(NOW + 1, wheel.nextEventTick());
    Fired fired = new Fired();
    wheel.advance(NOW + 1, 1, fired);
    assertEquals(deadline, fired.take().getFirst().deadlineTick());
  }

  @Test
  void arm_deadlineOfLastTick_firesThen() {
    wheel.arm(LAST_TICK, "last");
    assertEquals(List.of(), tasksFiredBy(wheel, LAST_TICK - 1));
    assertEquals(List.of("last"), tasksFiredBy(wheel, LAST_TICK));
  }

  @Test
  void arm_deadlineAfterLastTick_neverFires() {
    long id = wheel.arm(Long.MAX_VALUE, "never");
    assertEquals(List.of(), tasksFiredBy(wheel, LAST_TICK));
    assertEquals(TimingWheel.NEVER, wheel.nextEventTick());
    assertEquals("never", wheel.cancel(id));
  }

  @Test
  void arm_acrossAllOfTime_firesAtDeadline() {
    TimingWheel<String> old = new TimingWheel<>(Long.MIN_VALUE);
    old.arm(LAST_TICK, "end of time");
    assertEquals(List.of(), tasksFiredBy(old, LAST_TICK - 1));
    assertEquals(List.of("end of time"), tasksFiredBy(old, LAST_TICK));
  }

  @Test
  void advance_notAfterNow_doesNothing() {
    wheel.arm(0, "late");
    assertEquals(List.of(), tasksFiredBy(wheel, NOW));
    assertEquals(List.of(), tasksFiredBy(wheel, Long.MIN_VALUE));
    assertEquals(NOW, wheel.currentTick());
  }

  @Test
  void cancel_pending_returnsTaskAndPreventsFiring() {
    long id = wheel.arm(NOW + 5, "a");
    wheel.arm(NOW + 5, "b");
    assertEquals("a", wheel.cancel(id));
    assertEquals(1, wheel.size());
    assertEquals(List.of("b"), tasksFiredBy(wheel, NOW + 5));
  }

  @Test
  void cancel_onlyTimer_leavesNoEvent() {
    wheel.cancel(wheel.arm(NOW + 500_000, "a"));
    assertEquals(TimingWheel.NEVER, wheel.nextEventTick());
  }

  @Test
  void rearm_later_firesAtNewDeadlineOnly() {
    long id = wheel.arm(NOW + 5, "a");
    assertTrue(wheel.rearm(id, NOW + 900));
    assertEquals(NOW + 900, wheel.deadlineTick(id, 0));
    assertEquals(List.of(), tasksFiredBy(wheel, NOW + 899));
    assertEquals(List.of("a"), tasksFiredBy(wheel, NOW + 900));
  }

  @Test
  void rearm_laterByOneTickEachTick_neverFires() {
    long id = wheel.arm(NOW + 1, "a");
    for (long tick = NOW; tick < NOW + 1000; tick++) {
      wheel.rearm(id, tick + 2);
      assertEquals(List.of(), tasksFiredBy(wheel, tick + 1));
    }
    assertEquals("a", wheel.cancel(id));
  }

  @Test
  void rearm_laterThenCancelled_neverFires() {
    long id = wheel.arm(NOW + 5, "a");
    wheel.rearm(id, NOW + 900);
    assertEquals("a", wheel.cancel(id));
    assertEquals(TimingWheel.NEVER, wheel.nextEventTick());
    assertEquals(List.of(), tasksFiredBy(wheel, NOW + 2000));
  }

  @Test
  void rearm_laterThenCancelledAfterItHasMoved_neverFires() {
    long id = wheel.arm(NOW + 5, "a");
    wheel.rearm(id, NOW + 900);
    tasksFiredBy(wheel, NOW + 100);
    assertEquals("a", wheel.cancel(id));
    assertEquals(List.of(), tasksFiredBy(wheel, NOW + 2000));
  }

  @Test
  void rearm_laterThenBack_firesAtFirstDeadline() {
    long id = wheel.arm(NOW + 5, "a");
    wheel.rearm(id, NOW + 90_000);
    wheel.rearm(id, NOW + 5);
    assertEquals(List.of(), tasksFiredBy(wheel, NOW + 4));
    assertEquals(List.of("a"), tasksFiredBy(wheel, NOW + 5));
  }

  @Test
  void rearm_laterThenEarlierThanAtFirst_firesAtLastDeadline() {
    long id = wheel.arm(NOW + 500, "a");
    wheel.rearm(id, NOW + 90_000);
    wheel.rearm(id, NOW + 3);
    assertEquals(List.of("a"), tasksFiredBy(wheel, NOW + 3));
  }

  /** The timer's block begins 99,864 ticks after now. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 255, 256, 511, 512, 99_863, 99_864, 99_865, 99_998, 99_999})
  void rearm_earlier_firesAtNewDeadline(long distance) {
    long id = wheel.arm(NOW + 100_000, "a");
    assertTrue(wheel.rearm(id, NOW + distance));
    assertEquals(List.of(), tasksFiredBy(wheel, NOW + distance - 1));
    assertEquals(List.of("a"), tasksFiredBy(wheel, NOW + distance));
    assertEquals(List.of(), tasksFiredBy(wheel, NOW + 200_000));
  }

  @ParameterizedTest
  @ValueSource(longs = {NOW, NOW - 1, Long.MIN_VALUE})
  void rearm_toPast_firesAtNextTick(long deadline) {
    long id = wheel.arm(NOW + 100_000, "a");
    wheel.rearm(id, deadline);
    assertEquals(List.of("a"), tasksFiredBy(wheel, NOW + 1));
  }

  @Test
  void rearm_pastTimerToLater_firesAtNewDeadlineOnly() {
    long id = wheel.arm(0, "a");
    wheel.rearm(id, NOW + 50);
    assertEquals(List.of(), tasksFiredBy(wheel, NOW + 49));
    assertEquals(List.of("a"), tasksFiredBy(wheel, NOW + 50));
  }

  @Test
  void id_ofFiredTimer_isStale() {
    long id = wheel.arm(NOW + 1, "a");
    tasksFiredBy(wheel, NOW + 1);
    assertStale(id);
  }

  @Test
  void id_ofCancelledTimer_staysStaleWhenEntryIsUsedAgain() {
    long id = wheel.arm(NOW + 1, "a");
    wheel.cancel(id);
    long next = wheel.arm(NOW + 1, "b");
    assertEquals((int) id, (int) next, "the entry that was freed last is taken first");
    assertNotEquals(id, next);
    assertStale(id);
    assertEquals("b", wheel.task(next));
    assertEquals(NOW + 1, wheel.deadlineTick(next, 0));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, FIRST_ID + 1, 2 * FIRST_ID, Long.MIN_VALUE, Long.MAX_VALUE})
  void id_neverGiven_isStale(long id) {
    assertEquals(FIRST_ID, wheel.arm(NOW + 1, "a"));
    assertStale(id);
  }

  private void assertStale(long id) {
    int size = wheel.size();
    assertNull(wheel.cancel(id));
    assertFalse(wheel.rearm(id, NOW + 77));
    assertNull(wheel.task(id));
    assertEquals(-1, wheel.deadlineTick(id, -1));
    assertEquals(size, wheel.size());
    assertTrue(wheel.checkInvariants());
  }

  @Test
  void constructor_largestLong_isRefused() {
    assertRefused(
        "a tick must be below 2^63-1: 9223372036854775807",
        () -> new TimingWheel<>(Long.MAX_VALUE));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, 0, 1023, (1 << 28) + 1})
  void constructor_maxTimersOutOfRange_isRefused(int maxTimers) {
    assertRefused(
        "maxTimers must be from 1024 to 268435456: " + maxTimers,
        () -> new TimingWheel<>(0, maxTimers));
  }

  @Test
  void advance_toLargestLong_isRefused() {
    assertRefused(
        "a tick must be below 2^63-1: 9223372036854775807",
        () -> wheel.advance(Long.MAX_VALUE, 1, new Fired()));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void advance_budgetBelowOne_isRefused(int budget) {
    wheel.arm(NOW + 1, "a");
    assertRefused(
        "budget must be at least 1: " + budget, () -> wheel.advance(NOW + 1, budget, new Fired()));
    assertEquals(NOW, wheel.currentTick());
    assertEquals(1, wheel.size());
  }

  private static void assertRefused(String message, Runnable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
  }

  @Test
  void wheel_givenNull_saysWhatAndIsAsBefore() {
    TimingWheel<String> wheel = new TimingWheel<>(0);
    wheel.arm(1, "a");
    assertEquals(
        "task", assertThrows(NullPointerException.class, () -> wheel.arm(1, null)).getMessage());
    assertEquals(
        "handler",
        assertThrows(NullPointerException.class, () -> wheel.advance(5, 1, null)).getMessage());
    assertEquals(1, wheel.size());
    assertTrue(wheel.checkInvariants());
  }
}
