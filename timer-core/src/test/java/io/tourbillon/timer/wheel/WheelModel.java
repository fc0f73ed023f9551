package io.tourbillon.timer.wheel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A wheel together with an ordered map, which is slow and obviously correct. Each operation is done
 * on both and compared, followed by a check of the whole structure.
 *
 * <p>The contract in one number: a timer is due at {@code max(deadline, tick of arming + 1)}. The
 * advance that reaches this tick fires it, and no other does.
 */
final class WheelModel {
  /** A timer as the model knows it. It is its own task. */
  static final class Timer {
    private long id;
    private long deadlineTick;
    private long dueTick;
    private int position;

    long deadlineTick() {
      return deadlineTick;
    }

    @Override
    public String toString() {
      return "timer " + Long.toHexString(id) + " for " + deadlineTick + ", due " + dueTick;
    }
  }

  private record Firing(long id, long deadlineTick, Timer timer) {}

  private static final int STALE_IDS_REMEMBERED = 4096;

  final AnyWheel<Timer> wheel;

  /** In no particular order; a random timer is selected by its position. */
  private final List<Timer> pending = new ArrayList<>();

  private final Map<Long, Timer> timersById = new HashMap<>();
  private final TreeMap<Long, Set<Timer>> timersByDueTick = new TreeMap<>();
  private final Set<Long> idsEverGiven = new HashSet<>();
  private final List<Long> staleIds = new ArrayList<>();

  /**
   * The steps that arms and rearms have paid for: one for each level, the last of them the firing.
   */
  private long stepsAllowed;

  private long stepsDone;

  WheelModel(AnyWheel.Kind kind, long startTick) {
    wheel = kind.open(startTick);
    checkStructure();
  }

  List<Timer> pending() {
    return pending;
  }

  /** Ids of timers that have fired or were cancelled; the oldest ids are dropped. */
  List<Long> staleIds() {
    return staleIds;
  }

  /** The tick in which the next timer is due, or NEVER. */
  long firstDueTick() {
    return timersByDueTick.isEmpty() ? TimingWheel.NEVER : timersByDueTick.firstKey();
  }

  void arm(long deadlineTick) {
    Timer timer = new Timer();
    long id = wheel.arm(deadlineTick, timer);
    assertNotEquals(0, id);
    assertTrue(idsEverGiven.add(id), () -> "id given twice: " + Long.toHexString(id));
    timer.id = id;
    timer.position = pending.size();
    pending.add(timer);
    timersById.put(id, timer);
    schedule(timer, deadlineTick);
  }

  void cancel(Timer timer) {
    assertSame(timer, wheel.cancel(timer.id), () -> "cancelled " + timer);
    remove(timer);
    checkStale(timer.id);
  }

  void rearm(Timer timer, long deadlineTick) {
    assertTrue(wheel.rearm(timer.id, deadlineTick), () -> "rearmed " + timer);
    unschedule(timer);
    schedule(timer, deadlineTick);
  }

  private void schedule(Timer timer, long deadlineTick) {
    timer.deadlineTick = deadlineTick;
    timer.dueTick = Math.max(deadlineTick, wheel.wheel().currentTick() + 1);
    timersByDueTick.computeIfAbsent(timer.dueTick, tick -> new LinkedHashSet<>()).add(timer);
    stepsAllowed += Levels.COUNT;
    assertSame(timer, wheel.task(timer.id));
    assertEquals(deadlineTick, wheel.deadlineTick(timer.id, ~deadlineTick));
  }

  private void unschedule(Timer timer) {
    Set<Timer> due = timersByDueTick.get(timer.dueTick);
    assertTrue(due.remove(timer));
    if (due.isEmpty()) {
      timersByDueTick.remove(timer.dueTick);
    }
  }

  private void remove(Timer timer) {
    unschedule(timer);
    timersById.remove(timer.id);
    Timer last = pending.removeLast();
    if (last != timer) {
      pending.set(timer.position, last);
      last.position = timer.position;
    }
    if (staleIds.size() < STALE_IDS_REMEMBERED) {
      staleIds.add(timer.id);
    } else {
      staleIds.set(idsEverGiven.size() % STALE_IDS_REMEMBERED, timer.id);
    }
  }

  /** Checks that every operation on a stale id reports that and does nothing. */
  void checkStale(long id) {
    assertNull(wheel.cancel(id), () -> "cancelled stale " + Long.toHexString(id));
    assertFalse(
        wheel.rearm(id, wheel.wheel().currentTick()), () -> "rearmed " + Long.toHexString(id));
    assertNull(wheel.task(id));
    assertEquals(-42, wheel.deadlineTick(id, -42));
  }

  /** Advances once. The wheel may stop before the tick only if the budget is used up. */
  void advance(long tick, int budget) {
    long from = wheel.wheel().currentTick();
    List<Firing> firings = new ArrayList<>();
    int fired =
        wheel.advance(
            tick, budget, (id, deadline, timer) -> firings.add(new Firing(id, deadline, timer)));
    long to = wheel.wheel().currentTick();
    assertEquals(firings.size(), fired);
    assertTrue(fired <= budget, () -> fired + " fired with a budget of " + budget);
    assertTrue(from <= to && to <= Math.max(from, tick), () -> from + " advanced to " + to);
    // A wheel that stopped may already have fired a part of the tick before which it stopped.
    long lastDueTick = tick > to ? to + 1 : to;
    long previousDueTick = from;
    for (Firing firing : firings) {
      Timer timer = firing.timer;
      assertSame(timer, timersById.get(firing.id), () -> "fired, but not pending: " + timer);
      assertEquals(timer.deadlineTick, firing.deadlineTick);
      assertTrue(timer.dueTick > from, () -> "fired late, after " + from + ": " + timer);
      assertTrue(timer.dueTick <= lastDueTick, () -> "fired early, at " + to + ": " + timer);
      assertTrue(timer.dueTick >= previousDueTick, () -> "fired out of order: " + timer);
      previousDueTick = timer.dueTick;
      remove(timer);
      checkStale(timer.id);
    }
    assertTrue(firstDueTick() > to, () -> "not fired at " + to + ": " + timersByDueTick.get(to));
    stepsDone += tick > to ? budget : fired;
    assertTrue(stepsDone <= stepsAllowed, () -> stepsDone + " steps of " + stepsAllowed);
  }

  /** Advances with this budget, as often as necessary. */
  void advanceFully(long tick, int budget) {
    while (wheel.wheel().currentTick() < tick) {
      advance(tick, budget);
    }
  }

  void trim(int limit) {
    int pagesBefore = pagesHeld();
    wheel.trim(limit);
    int pages = pagesHeld();
    assertTrue(pages <= pagesBefore && pages >= pagesBefore - limit, () -> pages + " pages");
  }

  private int pagesHeld() {
    EntrySlab slab = wheel.slab();
    return slab == null ? 0 : Internals.pagesHeld(slab);
  }

  /** Trims in steps of this size until nothing is left to trim. */
  void trimFully(int limit) {
    // Two visits of each page, and two of each chunk and of those that entries are moved into.
    Slots slots = wheel.wheel().slots;
    int callsLeft = 2 * wheel.pageCount() + 3 * Internals.chunksHeld(slots) + 10;
    while (wheel.isTrimmable()) {
      trim(limit);
      assertTrue(callsLeft-- > 0, "still trimmable after all this time");
    }
    assertTrue(!pending.isEmpty() || pagesHeld() <= 1);
  }

  /** Must follow every operation. */
  void checkStructure() {
    assertTrue(wheel.checkInvariants());
    assertEquals(pending.size(), wheel.wheel().size());
    assertEquals(idsEverGiven.size(), wheel.armed());
    long next = wheel.wheel().nextEventTick();
    long now = wheel.wheel().currentTick();
    assertTrue(next > now, () -> "the next event of tick " + now + " is at " + next);
    assertTrue(next <= firstDueTick(), () -> "next event at " + next + " is too late");
    assertTrue(
        next == TimingWheel.NEVER || !pending.isEmpty(), () -> "event without timer " + next);
  }

  /** The views show exactly the pending timers. */
  void checkViews() {
    assertEquals(pending.size(), Arrays.stream(wheel.wheel().sizeByLevel()).sum());
    Set<Long> idsSeen = new HashSet<>();
    for (int page = 0; page < wheel.pageCount(); page++) {
      wheel.visit(
          page,
          (id, deadlineTick, timer) -> {
            assertSame(timersById.get(id), timer);
            assertEquals(timer.deadlineTick, deadlineTick);
            assertTrue(idsSeen.add(id), () -> "seen twice: " + Long.toHexString(id));
          });
    }
    assertEquals(pending.size(), idsSeen.size());
  }
}
