package io.tourbillon.timer;

import static io.tourbillon.timer.NoTask.NOTHING;
import static java.util.concurrent.TimeUnit.DAYS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.TimerHandle.State;
import io.tourbillon.timer.internal.TimerId;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Timers that are identified by an id: the path without objects. */
class TimerIdTest {

  private final VirtualClock clock = new VirtualClock();
  private final EventLog events = new EventLog();
  private final TimerService timers = TimerService.builder().clock(clock).build();
  private final RunTimes task = new RunTimes(clock);

  @AfterEach
  void close() {
    timers.close();
  }

  private void advanceMillis(long millis) {
    clock.advance(Duration.ofMillis(millis));
  }

  @Test
  void arm_always_givesAnIdThatIsNotZero() {
    assertNotEquals(0, timers.arm(1, MILLISECONDS, NOTHING));
    assertNotEquals(0, timers.armAt(1, NOTHING));
  }

  @Test
  void cancel_pendingId_endsTheTimerOnce() {
    long id = timers.arm(5, MILLISECONDS, task);
    assertTrue(timers.cancel(id));
    assertFalse(timers.cancel(id));
    assertFalse(timers.rearm(id, 1, MILLISECONDS));
    assertEquals(0, timers.pending());
    advanceMillis(100);
    assertEquals(List.of(), task.millis());
  }

  @Test
  void cancel_idOfATimerThatFired_answersFalse() {
    long id = timers.arm(5, MILLISECONDS, task);
    advanceMillis(5);
    assertFalse(timers.cancel(id));
    assertFalse(timers.rearm(id, 1, MILLISECONDS));
    advanceMillis(100);
    assertEquals(List.of(5L), task.millis());
  }

  @Test
  void cancel_idFromItsOwnTask_answersFalse() {
    List<Object> seen = new ArrayList<>();
    long[] id = new long[1];
    id[0] =
        timers.arm(
            1,
            MILLISECONDS,
            () -> {
              seen.add(timers.cancel(id[0]));
              seen.add(timers.rearm(id[0], 1, MILLISECONDS));
            });
    advanceMillis(1);
    assertEquals(List.of(false, false), seen);
    assertEquals(0, timers.pending());
  }

  @Test
  void rearm_laterAndEarlier_firesAtTheLastDeadline() {
    long later = timers.arm(5, MILLISECONDS, task);
    long earlier = timers.arm(100, DAYS, task);
    advanceMillis(1);
    assertTrue(timers.rearm(later, 20, MILLISECONDS));
    assertTrue(timers.rearm(earlier, 9, MILLISECONDS));
    advanceMillis(1000);
    assertEquals(List.of(10L, 21L), task.millis());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1})
  void rearm_zeroOrNegative_firesAtTheNextTick(long delay) {
    long id = timers.arm(5, DAYS, task);
    advanceMillis(3);
    assertTrue(timers.rearm(id, delay, DAYS));
    advanceMillis(1000);
    assertEquals(List.of(4L), task.millis());
  }

  @Test
  void cancel_staleIdWhoseEntryHasANewTenant_leavesTheStrangerAlone() {
    long stale = timers.arm(5, MILLISECONDS, NOTHING);
    assertTrue(timers.cancel(stale));
    long tenant = timers.arm(7, MILLISECONDS, task);
    assertEquals((int) stale, (int) tenant, "the entry is used again");
    assertNotEquals(stale, tenant);
    assertFalse(timers.cancel(stale));
    assertFalse(timers.rearm(stale, 1, MILLISECONDS));
    advanceMillis(100);
    assertEquals(List.of(7L), task.millis());
  }

  @ParameterizedTest
  @ValueSource(
      longs = {0, -1, 1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 31, 2L << 32, 0xFFFF_FFFFL, ~1023L})
  void cancel_idThatNeverWas_answersFalse(long id) {
    timers.arm(5, MILLISECONDS, task);
    assertFalse(timers.cancel(id));
    assertFalse(timers.rearm(id, 1, MILLISECONDS));
    try (TimerService empty = TimerService.builder().clock(clock).build()) {
      assertFalse(empty.cancel(id));
      assertFalse(empty.rearm(id, 1, MILLISECONDS));
    }
    advanceMillis(5);
    assertEquals(List.of(5L), task.millis());
  }

  @Test
  void cancel_idWithAnyBitFlipped_touchesNoOtherTimer() {
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ids.add(timers.arm(5, MILLISECONDS, task));
    }
    int others = 0;
    for (int bit = 0; bit < Long.SIZE; bit++) {
      long flipped = ids.getFirst() ^ 1L << bit;
      if (!ids.contains(flipped)) {
        assertFalse(timers.cancel(flipped), "bit " + bit);
        assertFalse(timers.rearm(flipped, 1, MILLISECONDS), "bit " + bit);
        others++;
      }
    }
    assertTrue(others > 60, "flips that name none of the three timers: " + others);
    assertEquals(3, timers.pending());
  }

  /**
   * Except for bit 31, which says that the timer has a handle, and which the service does not
   * check.
   */
  @Test
  void cancel_idOfAHandleWithAnyBitFlipped_touchesNoOtherTimer() {
    try (TimerService heard = TimerService.builder().clock(clock).listener(events).build()) {
      TimerHandle handle = heard.schedule(Duration.ofMillis(5), task);
      long id = events.one("scheduled").id();
      for (int bit = 0; bit < Long.SIZE; bit++) {
        if (bit != 31) {
          assertFalse(heard.cancel(id ^ 1L << bit), "bit " + bit);
          assertFalse(heard.rearm(id ^ 1L << bit, 1, MILLISECONDS), "bit " + bit);
        }
      }
      assertEquals(State.PENDING, handle.state());
      advanceMillis(5);
      assertEquals(State.FIRED, handle.state());
    }
  }

  @Test
  void cancel_randomIds_touchNothing() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 5000; i++) {
      timers.arm(5, MILLISECONDS, task);
    }
    for (int i = 0; i < 200_000; i++) {
      // Generation 1 is live; the random generation always differs from it.
      long id = random.nextLong() | 2L << 32;
      assertFalse(timers.cancel(id), "seed " + seed);
      assertFalse(timers.rearm(id, 1, DAYS), "seed " + seed);
    }
    advanceMillis(5);
    assertEquals(5000, task.count());
  }

  @Test
  void cancel_idArmedByAnotherThread_findsItsShard() throws InterruptedException {
    Set<Long> ids = ConcurrentHashMap.newKeySet();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      threads.add(Thread.ofPlatform().start(() -> ids.add(timers.arm(5, MILLISECONDS, task))));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(8, ids.size());
    Set<Integer> shards = new HashSet<>();
    ids.forEach(id -> shards.add(TimerId.shardNumber(id)));
    assertEquals(Math.min(8, Internals.shards(timers).length), shards.size());
    for (long id : ids) {
      assertTrue(timers.rearm(id, 50, MILLISECONDS));
      assertTrue(timers.cancel(id));
    }
    assertEquals(0, timers.pending());
  }

  @Test
  void cancel_idOfAnotherServiceForAnEntryThatIsFree_answersFalse() {
    try (TimerService other = TimerService.builder().clock(clock).build()) {
      long id = other.arm(5, MILLISECONDS, task);
      assertFalse(timers.cancel(id));
      assertFalse(timers.rearm(id, 1, DAYS));
      assertTrue(other.cancel(id));
    }
  }

  @Test
  void arm_afterMemoryWasGivenBack_neverRepeatsAnId() {
    Set<Long> seen = new HashSet<>();
    for (int round = 0; round < 4; round++) {
      List<Long> ids = new ArrayList<>();
      for (int i = 0; i < 10_000; i++) {
        long id = timers.arm(5, MILLISECONDS, NOTHING);
        assertTrue(seen.add(id), "id given twice: " + id);
        ids.add(id);
      }
      if (round % 2 == 0) {
        ids.forEach(id -> assertTrue(timers.cancel(id)));
      }
      advanceMillis(1000);
      assertFalse(Internals.isTrimmable(timers));
      ids.forEach(id -> assertFalse(timers.cancel(id)));
    }
  }

  @Test
  void cancel_idOfATimerWithHandle_endsIt() {
    try (TimerService heard = TimerService.builder().clock(clock).listener(events).build()) {
      TimerHandle timer = heard.schedule(Duration.ofMillis(5), task);
      long id = events.one("scheduled").id();
      assertTrue(heard.rearm(id, 9, MILLISECONDS));
      assertEquals(Duration.ofMillis(9), timer.remaining());
      assertTrue(heard.cancel(id));
      assertEquals(State.CANCELLED, timer.state());
      assertFalse(timer.cancel());
    }
  }

  @Test
  void rearm_idOfAPeriodicTimer_goesOnWithItsPeriodFromThere() {
    try (TimerService heard = TimerService.builder().clock(clock).listener(events).build()) {
      heard.scheduleAtFixedRate(Duration.ofMillis(10), Duration.ofMillis(10), task);
      assertTrue(heard.rearm(events.one("scheduled").id(), 13, MILLISECONDS));
      advanceMillis(40);
      assertEquals(List.of(13L, 23L, 33L), task.millis());
    }
  }

  @Test
  void cancel_idOfARunOfAPeriodicTimerThatIsOver_answersFalse() {
    try (TimerService heard = TimerService.builder().clock(clock).listener(events).build()) {
      TimerHandle timer =
          heard.scheduleAtFixedRate(Duration.ofMillis(10), Duration.ofMillis(10), task);
      long firstRun = events.one("scheduled").id();
      advanceMillis(10);
      assertFalse(heard.cancel(firstRun));
      assertEquals(State.PENDING, timer.state());
      advanceMillis(10);
      List<Long> runs = events.named("fired").stream().map(EventLog.Event::id).toList();
      assertEquals(2, new HashSet<>(runs).size(), "a new id for each run: " + runs);
    }
  }

  @Test
  void cancel_pendingId_leavesNothingThatLeadsToTheTask() {
    Runnable own = new ArrayList<>()::clear;
    WeakReference<Runnable> reference = new WeakReference<>(own);
    long id = timers.arm(5, MILLISECONDS, own);
    own = null;
    timers.cancel(id);
    assertTrue(Internals.isCollected(reference), "a cancelled timer's task is kept");
  }

  @Test
  void fire_timerWithId_leavesNothingThatLeadsToTheTask() {
    Runnable own = new ArrayList<>()::clear;
    WeakReference<Runnable> reference = new WeakReference<>(own);
    timers.arm(5, MILLISECONDS, own);
    own = null;
    advanceMillis(5);
    assertTrue(Internals.isCollected(reference), "a fired timer's task is kept");
  }

  @Test
  void armRearmAndCancel_onceTheWheelHasGrown_allocateNothing() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    armRearmAndCancel(10_000);
    long before = threads.getCurrentThreadAllocatedBytes();
    armRearmAndCancel(10_000);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(allocated < 10_000, "10,000 rounds allocated " + allocated + " bytes");
  }

  private void armRearmAndCancel(int rounds) {
    for (int round = 0; round < rounds; round++) {
      long id = timers.arm(5 + round % 1000, MILLISECONDS, NOTHING);
      timers.rearm(id, 2000, MILLISECONDS);
      timers.rearm(id, 3, MILLISECONDS);
      timers.cancel(id);
      timers.cancel(timers.armAt(9_000_000, NOTHING));
    }
  }
}
