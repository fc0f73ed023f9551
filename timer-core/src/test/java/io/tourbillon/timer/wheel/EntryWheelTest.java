package io.tourbillon.timer.wheel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is different where the timers are objects; {@link TimingWheelModelTest} tests the rest. */
class EntryWheelTest {
  private static final class Entry extends WheelEntry {}

  private final EntryWheel<Entry> wheel = new EntryWheel<>(0);

  private Entry arm(long tick) {
    Entry entry = new Entry();
    wheel.arm(tick, entry);
    return entry;
  }

  private List<Entry> advance(long tick) {
    List<Entry> expired = new ArrayList<>();
    wheel.advance(tick, Integer.MAX_VALUE, expired::add);
    return expired;
  }

  @Test
  void entry_inAWheel_isPendingUntilItHasLeft() {
    Entry entry = new Entry();
    assertFalse(entry.isPending());
    assertEquals(0, entry.deadlineTick());
    wheel.arm(5, entry);
    assertTrue(entry.isPending());
    assertEquals(5, entry.deadlineTick());
    assertTrue(wheel.rearm(entry, 7));
    assertEquals(List.of(), advance(6));
    assertEquals(List.of(entry), advance(7));
    assertFalse(entry.isPending());
    assertEquals(7, entry.deadlineTick());
    assertFalse(wheel.cancel(entry));
    assertFalse(wheel.rearm(entry, 9));
    wheel.arm(9, entry);
    assertTrue(wheel.cancel(entry));
    assertEquals(List.of(), advance(100));
    assertEquals(2, wheel.armed());
  }

  @Test
  void arm_pendingEntry_isRefusedAndChangesNothing() {
    Entry entry = arm(5);
    EntryWheel<Entry> other = new EntryWheel<>(0);
    assertThrows(IllegalArgumentException.class, () -> wheel.arm(6, entry));
    assertThrows(IllegalArgumentException.class, () -> other.arm(6, entry));
    assertEquals(0, other.size());
    assertEquals(List.of(entry), advance(5));
  }

  @Test
  void entry_ofAnotherWheel_isNoticedWithAssertions() {
    Entry entry = arm(5);
    EntryWheel<Entry> other = new EntryWheel<>(0);
    assertThrows(AssertionError.class, () -> other.cancel(entry));
    assertThrows(AssertionError.class, () -> other.rearm(entry, 9));
  }

  @Test
  void arm_null_isRefused() {
    assertThrows(NullPointerException.class, () -> wheel.arm(1, null));
    assertThrows(NullPointerException.class, () -> wheel.advance(1, 1, null));
    assertEquals(0, wheel.size());
    assertTrue(wheel.checkInvariants());
  }

  @Test
  void entry_thatHasFired_canBeArmedAgain() {
    Entry entry = arm(5);
    List<Entry> expired = advance(5);
    expired.forEach(each -> wheel.arm(6, each));
    assertEquals(List.of(entry), advance(6));
  }

  /** So that the reads from memory of several entries overlap. */
  @Test
  void entries_areReadBeforeTheFirstOfThemIsHandedOut() {
    List<String> log = new ArrayList<>();
    final class Logging extends WheelEntry {
      @Override
      protected void readForExpiry() {
        assertTrue(isPending());
        log.add("read");
      }
    }
    EntryWheel<Logging> logged = new EntryWheel<>(0);
    for (int number = 0; number < 3; number++) {
      logged.arm(5, new Logging());
    }
    assertTrue(logged.cancel(armed(logged, new Logging())));
    int expired = logged.advance(5, Integer.MAX_VALUE, _ -> log.add("expired"));
    assertEquals(3, expired);
    assertEquals(List.of("read", "read", "read", "expired", "expired", "expired"), log);
  }

  private static <E extends WheelEntry> E armed(EntryWheel<E> wheel, E entry) {
    wheel.arm(5, entry);
    return entry;
  }

  /** An entry alone in its slot is the usual case of a service with few timers. */
  @Test
  void armAndCancel_ofOneTimer_allocatesNothing() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    Entry entry = new Entry();
    armAndCancel(entry);
    long before = threads.getCurrentThreadAllocatedBytes();
    armAndCancel(entry);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(allocated < 10_000, "10,000 rounds allocated " + allocated + " bytes");
  }

  private void armAndCancel(Entry entry) {
    for (int round = 0; round < 10_000; round++) {
      wheel.arm(wheel.currentTick() + round % 1000, entry);
      wheel.cancel(entry);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 50, 90})
  void cells_afterRandomCancelsAndAsManyArms_keepFewCancelledEntries(int percentReplaced) {
    Random random = new Random(percentReplaced);
    List<Entry> pending = new ArrayList<>();
    int count = 100_000;
    for (int i = 0; i < count; i++) {
      pending.add(arm(30_000 + random.nextInt(30_000)));
    }
    for (int i = 0; i < count * percentReplaced / 10; i++) {
      int victim = random.nextInt(count);
      assertTrue(wheel.cancel(pending.get(victim)));
      pending.set(victim, arm(30_000 + random.nextInt(30_000)));
    }
    assertTrue(wheel.checkInvariants());
    int cells = Internals.chunksHeld(wheel.slots) * Cells.CHUNK_SIZE;
    assertTrue(cells < 3 * count, () -> cells + " cells for " + count + " entries");
    assertEquals(count, advance(100_000).size());
    while (wheel.isTrimmable()) {
      wheel.trim(64);
    }
    assertTrue(Internals.chunksHeld(wheel.slots) <= SlotsTest.KEPT);
    assertTrue(Internals.chunkRows(wheel.slots) < 100, "the tables stay as long as at the peak");
    assertEquals(0, wheel.pageCount(), "nothing is left to visit");
  }

  /**
   * A timer whose chunk has a high number keeps the tables long, and the trim ends all the same.
   */
  @Test
  void trim_withOneTimerLeftOfAPeak_comesToAnEnd() {
    for (int i = 0; i < 100_000; i++) {
      arm(1);
    }
    Entry last = arm(1_000_000);
    assertEquals(100_000, advance(10).size());
    int steps = 0;
    while (wheel.isTrimmable()) {
      wheel.trim(64);
      assertTrue(++steps < 1000, "still trimmable");
    }
    assertTrue(wheel.checkInvariants());
    assertTrue(wheel.cancel(last));
    while (wheel.isTrimmable()) {
      wheel.trim(64);
      assertTrue(++steps < 2000, "still trimmable");
    }
    assertTrue(Internals.chunkRows(wheel.slots) < 100);
  }
}
