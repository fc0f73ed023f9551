package io.tourbillon.timer.wheel;

import static io.tourbillon.timer.wheel.Fired.tasksFiredBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which memory a wheel holds and when it frees it; its maximum size; and views of its contents. */
class TimingWheelMemoryTest {
  private static final int PEAK = 100_000;
  private static final long FAR = 10_000_000;

  private final TimingWheel<String> wheel = new TimingWheel<>(0);

  private List<Long> armPeak() {
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < PEAK; i++) {
      ids.add(wheel.arm(FAR + i, "a"));
    }
    return ids;
  }

  private static void trimFully(TimingWheel<?> wheel) {
    // A call visits one page and one chunk; each may need more than one visit.
    int chunks = Internals.chunksHeld(Internals.slotsOf(wheel));
    int callsLeft = 2 * wheel.pageCount() + 3 * chunks + 10;
    while (wheel.isTrimmable()) {
      wheel.trim(1);
      assertTrue(callsLeft-- > 0, "still trimmable after all this time");
    }
  }

  private static int pagesHeld(TimingWheel<?> wheel) {
    return Internals.pagesHeld(Internals.slabOf(wheel));
  }

  /** Half of the cells are live, apart from one open chunk for each slot and some more. */
  private static void assertCellsBounded(TimingWheel<?> wheel) {
    Slots slots = Internals.slotsOf(wheel);
    int chunks = Internals.chunksInUse(slots);
    int allowed =
        2 * wheel.size() / Slots.CHUNK_SIZE + SlotsTest.SLACK + Internals.occupiedSlots(slots);
    assertTrue(chunks <= allowed, () -> chunks + " chunks for " + wheel.size() + " timers");
  }

  @ParameterizedTest
  @ValueSource(ints = {1024, 2047})
  void arm_beyondMaximum_isRefusedAndChangesNothing(int maxTimers) {
    TimingWheel<String> full = new TimingWheel<>(0, maxTimers);
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < 1024; i++) {
      ids.add(full.arm(1000 + i, "a"));
    }
    long[] sizeByLevel = full.sizeByLevel();
    for (long deadline : new long[] {0, 1, FAR}) {
      Exception refusal =
          assertThrows(IllegalStateException.class, () -> full.arm(deadline, "too many"));
      assertEquals("a wheel holds at most 1024 timers: 1024", refusal.getMessage());
    }
    assertEquals(1024, full.size());
    assertTrue(Arrays.equals(sizeByLevel, full.sizeByLevel()));
    assertTrue(full.checkInvariants());
    assertTrue(ids.stream().allMatch(id -> full.task(id) != null));
    full.cancel(ids.get(500));
    full.arm(FAR, "one for one");
    assertThrows(IllegalStateException.class, () -> full.arm(FAR, "too many"));
    assertEquals(1023, tasksFiredBy(full, 1000 + 1024).size());
    full.arm(FAR, "there is room again");
  }

  @Test
  void arm_afterTrimAtMaximum_fillsWheelAgain() {
    TimingWheel<String> small = new TimingWheel<>(0, 4096);
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 4096; i++) {
        small.arm(small.currentTick() + 1 + i % 600, "a");
      }
      assertThrows(IllegalStateException.class, () -> small.arm(FAR, "too many"));
      assertEquals(4096, tasksFiredBy(small, small.currentTick() + 600).size());
      trimFully(small);
      assertEquals(1, pagesHeld(small));
    }
  }

  @Test
  void trim_afterPeakWasCancelled_givesBackAllButAReserve() {
    List<Long> ids = armPeak();
    int pages = wheel.pageCount();
    assertEquals((PEAK + 1023) / 1024, pages);
    assertFalse(wheel.isTrimmable());
    Collections.shuffle(ids, new Random(1));
    ids.forEach(wheel::cancel);
    assertTrue(wheel.isTrimmable());
    trimFully(wheel);
    assertEquals(1, pagesHeld(wheel));
    assertTrue(Internals.chunksHeld(Internals.slotsOf(wheel)) <= SlotsTest.KEPT);
    assertTrue(Internals.chunkRows(Internals.slotsOf(wheel)) <= 256, "tables as at the peak");
    for (int page = 0; page < wheel.pageCount(); page++) {
      wheel.visit(page, (id, deadline, task) -> assertNull(task, "a page shows a timer"));
    }
    assertTrue(wheel.checkInvariants());
    armPeak();
    assertEquals(pages, wheel.pageCount(), "page numbers are used again");
  }

  @Test
  void trim_withLimit_givesBackNoMorePages() {
    armPeak().forEach(wheel::cancel);
    int pages = pagesHeld(wheel);
    wheel.trim(0);
    assertEquals(pages, pagesHeld(wheel));
    wheel.trim(5);
    assertEquals(pages - 5, pagesHeld(wheel));
  }

  @Test
  void trim_withTimersPending_keepsTheirPages() {
    List<Long> ids = armPeak();
    List<Long> kept = new ArrayList<>();
    for (int i = 0; i < PEAK; i++) {
      if (i % 10_000 == 0) {
        kept.add(ids.get(i));
      } else {
        wheel.cancel(ids.get(i));
      }
    }
    trimFully(wheel);
    assertTrue(pagesHeld(wheel) <= kept.size() + 1);
    assertTrue(wheel.checkInvariants());
    assertTrue(kept.stream().allMatch(id -> "a".equals(wheel.task(id))));
    assertEquals(kept.size(), tasksFiredBy(wheel, FAR + PEAK).size());
  }

  @Test
  void ids_ofPagesThatWereGivenBackAndCreatedAgain_areStaleAndUnique() {
    Set<Long> idsEverGiven = new HashSet<>();
    List<Long> staleIds = new ArrayList<>();
    for (int round = 0; round < 4; round++) {
      List<Long> ids = armPeak();
      assertTrue(Collections.disjoint(idsEverGiven, ids));
      idsEverGiven.addAll(ids);
      for (long stale : staleIds) {
        assertNull(wheel.task(stale));
        assertFalse(wheel.rearm(stale, 1));
        assertNull(wheel.cancel(stale));
      }
      assertEquals(PEAK, wheel.size());
      ids.forEach(wheel::cancel);
      staleIds.addAll(ids);
      trimFully(wheel);
    }
    assertEquals(4 * PEAK, idsEverGiven.size());
    assertFalse(idsEverGiven.contains(0L));
  }

  @Test
  void ids_afterGenerationsRunOut_areStillUnique() {
    Set<Long> idsEverGiven = new HashSet<>();
    armPeak().forEach(wheel::cancel);
    trimFully(wheel);
    // Two more tenants for each entry, except those of the page that was kept.
    Internals.ageAbsentPages(Internals.slabOf(wheel), -2);
    for (int round = 0; round < 4; round++) {
      List<Long> ids = armPeak();
      ids.forEach(id -> assertTrue(idsEverGiven.add(id)));
      ids.forEach(wheel::cancel);
      assertTrue(wheel.checkInvariants());
      ids.forEach(id -> assertNull(wheel.cancel(id)));
    }
    trimFully(wheel);
    assertEquals(1, pagesHeld(wheel));
  }

  @ParameterizedTest
  @ValueSource(ints = {50, 25, 20, 10, 2})
  void cells_afterRandomCancelsAndTrim_costAtMost8BytesATimer(int percentKept) {
    List<Long> ids = armPeak();
    Collections.shuffle(ids, new Random(percentKept));
    ids.subList(0, PEAK - PEAK / 100 * percentKept).forEach(wheel::cancel);
    trimFully(wheel);
    assertTrue(wheel.checkInvariants());
    assertCellsBounded(wheel);
  }

  @ParameterizedTest
  @ValueSource(ints = {50, 25, 20, 10, 2})
  void cells_afterRandomCancelsAndAsManyArms_costAtMost8BytesATimer(int percentKept) {
    List<Long> ids = armPeak();
    Collections.shuffle(ids, new Random(percentKept));
    ids.subList(0, PEAK - PEAK / 100 * percentKept).forEach(wheel::cancel);
    // From here on the number of timers is constant, and no new timer is near the old ones.
    for (int i = 0; i < PEAK; i++) {
      wheel.cancel(wheel.arm(1, "at once"));
      ids.add(wheel.arm(2, "later"));
      if (ids.size() > 2 * PEAK - 100) {
        wheel.cancel(ids.removeLast());
      }
    }
    assertTrue(wheel.checkInvariants());
    assertCellsBounded(wheel);
  }

  @Test
  void trim_withOneTimerLeftInEachChunk_movesThemTogetherAndNoneIsLost() {
    List<Long> ids = armPeak();
    List<Long> kept = new ArrayList<>();
    for (int i = 0; i < PEAK; i++) {
      if (i % Slots.CHUNK_SIZE == 0) {
        kept.add(ids.get(i));
      } else {
        wheel.cancel(ids.get(i));
      }
    }
    trimFully(wheel);
    assertCellsBounded(wheel);
    assertTrue(wheel.checkInvariants());
    for (int i = 0; i < kept.size(); i++) {
      assertEquals(FAR + (long) i * Slots.CHUNK_SIZE, wheel.deadlineTick(kept.get(i), -1));
    }
    Fired fired = new Fired();
    wheel.advance(FAR + PEAK, Integer.MAX_VALUE, fired);
    assertEquals(kept, fired.take().stream().map(Fired.Firing::id).toList());
  }

  @Test
  void trim_inStepsBetweenRandomOperations_alwaysComesToAnEnd() {
    for (int seed = 1; seed <= 5; seed++) {
      Random random = new Random(seed);
      List<Long> ids = new ArrayList<>();
      for (int round = 0; round < 12; round++) {
        int armed = random.nextInt(20_000);
        int deadlineBits = random.nextInt(1, 40);
        for (int i = 0; i < armed; i++) {
          ids.add(wheel.arm(wheel.currentTick() + random.nextLong(1L << deadlineBits), "a"));
        }
        if (random.nextBoolean()) {
          Collections.shuffle(ids, random);
        }
        int every = random.nextInt(2, 200);
        int phase = random.nextInt(every);
        for (int i = 0; i < ids.size(); i++) {
          if (i % every != phase) {
            wheel.cancel(ids.get(i));
          }
        }
        wheel.advance(wheel.currentTick() + random.nextInt(3000), 5000, (id, tick, task) -> {});
        ids.removeIf(id -> wheel.task(id) == null);
        trimFully(wheel);
        assertTrue(wheel.checkInvariants(), "seed " + seed);
        assertEquals(ids.size(), wheel.size());
        assertCellsBounded(wheel);
      }
      ids.forEach(wheel::cancel);
    }
  }

  @Test
  void cells_whenTimersArePushedAndPulledForever_stayBounded() {
    Random random = new Random(1);
    List<Long> ids = armPeak().subList(0, 10_000);
    for (int i = 0; i < 500_000; i++) {
      long id = ids.get(random.nextInt(ids.size()));
      wheel.rearm(id, random.nextBoolean() ? FAR : 1 + random.nextInt(1 << random.nextInt(5, 23)));
    }
    assertEquals(PEAK, wheel.size());
    assertTrue(wheel.checkInvariants());
    int chunks = Internals.chunksInUse(Internals.slotsOf(wheel));
    // Each slot has an open chunk; the other chunks have at most two cells for each timer.
    assertTrue(chunks <= 2 * PEAK / Slots.CHUNK_SIZE + SlotsTest.SLACK + 3 * Levels.RING);
  }

  @Test
  void cells_whenAllButOneOfEachChunkIsPulledNearer_stayBounded() {
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < PEAK; i++) {
      ids.add(wheel.arm(300 << 16, "task"));
    }
    int rounds = 60;
    for (int round = 1; round <= rounds; round++) {
      List<Long> pulled = new ArrayList<>();
      for (int i = 0; i < ids.size(); i++) {
        if (i % Slots.CHUNK_SIZE > 0) {
          wheel.rearm(ids.get(i), (300L - round) << 16);
          pulled.add(ids.get(i));
        }
      }
      ids = pulled;
    }
    assertTrue(wheel.checkInvariants());
    int chunks = Internals.chunksInUse(Internals.slotsOf(wheel));
    int bound = 2 * PEAK / Slots.CHUNK_SIZE + SlotsTest.SLACK + rounds + 2;
    assertTrue(chunks <= bound, () -> chunks + " chunks, not " + bound);
  }

  @Test
  void views_afterRandomOperations_showEveryPendingTimerOnce() {
    Random random = new Random(1);
    Map<Long, Long> deadlines = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      long deadline = random.nextLong() >>> random.nextInt(1, 64);
      deadlines.put(wheel.arm(deadline, "a"), deadline);
    }
    List<Long> ids = new ArrayList<>(deadlines.keySet());
    Collections.shuffle(ids, random);
    ids.subList(0, 15_000).forEach(wheel::cancel);
    deadlines.keySet().removeAll(new HashSet<>(ids.subList(0, 15_000)));
    wheel.advance(1 << 20, Integer.MAX_VALUE, (id, deadline, task) -> deadlines.remove(id));
    wheel.trim(Integer.MAX_VALUE);
    assertEquals(deadlines.size(), Arrays.stream(wheel.sizeByLevel()).sum());
    Map<Long, Long> seen = new HashMap<>();
    for (int page = 0; page < wheel.pageCount(); page++) {
      wheel.visit(page, (id, deadline, task) -> assertNull(seen.put(id, deadline)));
    }
    assertEquals(deadlines, seen);
  }

  @Test
  void visit_pageThatIsNot_showsNothing() {
    wheel.arm(1, "a");
    for (int page : new int[] {-1, 1, 4, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      wheel.visit(page, (id, deadline, task) -> assertNull(task));
    }
  }

  @Test
  void cancel_letsGoOfTaskAtOnce() {
    TimingWheel<Object> objects = new TimingWheel<>(0);
    List<Long> ids = new ArrayList<>();
    WeakReference<Object> task = armNewObject(objects, 1000, ids);
    objects.arm(1000, "neighbour");
    objects.cancel(ids.getFirst());
    assertCollected(task);
    assertEquals(1, objects.size());
  }

  @Test
  void fire_letsGoOfTaskAtOnce() {
    TimingWheel<Object> objects = new TimingWheel<>(0);
    WeakReference<Object> task = armNewObject(objects, 100, new ArrayList<>());
    objects.arm(100, "neighbour");
    assertEquals(1, objects.advance(100, 1, (id, deadline, fired) -> {}));
    assertCollected(task);
    assertEquals(1, objects.size());
  }

  private static WeakReference<Object> armNewObject(
      TimingWheel<Object> wheel, long deadlineTick, List<Long> ids) {
    Object task = new Object();
    ids.add(wheel.arm(deadlineTick, task));
    return new WeakReference<>(task);
  }

  private static void assertCollected(WeakReference<?> reference) {
    for (int attempt = 0; attempt < 10 && reference.get() != null; attempt++) {
      System.gc();
    }
    assertNull(reference.get(), "the wheel holds on to a task");
  }

  @Test
  void operations_onGrownWheel_allocateNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long[] ids = new long[20_000];
    long least = Long.MAX_VALUE;
    // The first rounds let the wheel grow. At least one round must allocate nothing in this thread.
    for (int round = 0; round < 5; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      workFor(wheel, ids);
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertEquals(0, least);
  }

  /**
   * Arms, rearms in both directions, cancels a third and fires the rest; the same from every block.
   */
  private static void workFor(TimingWheel<String> wheel, long[] ids) {
    long start = wheel.currentTick();
    for (int i = 0; i < ids.length; i++) {
      ids[i] = wheel.arm(start + 1 + i % 5000 * 7L, "a");
    }
    for (int i = 0; i < ids.length; i += 2) {
      wheel.rearm(ids[i], start + 1 + i % 3000 * 11L);
    }
    for (int i = 0; i < ids.length; i += 3) {
      wheel.cancel(ids[i]);
    }
    wheel.advance(start + (1 << 16), Integer.MAX_VALUE, (id, deadline, task) -> {});
  }
}
