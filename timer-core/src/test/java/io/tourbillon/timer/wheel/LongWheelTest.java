package io.tourbillon.timer.wheel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is different where the timers are numbers; {@link TimingWheelModelTest} tests the rest. */
class LongWheelTest {
  private final IdSpace ids = new IdSpace(1 << 20);
  private final LongWheel wheel = new LongWheel(0, ids);

  private static List<Long> advance(LongWheel wheel, long tick) {
    List<Long> expired = new ArrayList<>();
    wheel.advance(tick, Integer.MAX_VALUE, (_, _, payload) -> expired.add(payload));
    return expired;
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE})
  void payload_ofAnyValue_isHandedOutUnchanged(long payload) {
    long id = wheel.arm(5, payload);
    assertTrue(id > 0);
    assertEquals(payload, wheel.payload(id, ~payload));
    wheel.visit(0, (_, _, visited) -> assertEquals(payload, visited));
    assertEquals(List.of(payload), advance(wheel, 5));
    assertEquals(~payload, wheel.payload(id, ~payload));
  }

  @Test
  void arm_samePayloadTwice_areTwoTimers() {
    long first = wheel.arm(5, 7);
    wheel.arm(5, 7);
    assertTrue(wheel.cancel(first));
    assertFalse(wheel.cancel(first));
    assertEquals(List.of(7L), advance(wheel, 5));
  }

  @Test
  void advance_withoutHandler_isRefused() {
    assertThrows(NullPointerException.class, () -> wheel.advance(1, 1, null));
  }

  @Test
  void armAndCancel_ofOneTimer_allocatesNothing() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    armAndCancel();
    long before = threads.getCurrentThreadAllocatedBytes();
    armAndCancel();
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(allocated < 10_000, "10,000 rounds allocated " + allocated + " bytes");
  }

  private void armAndCancel() {
    for (int round = 0; round < 10_000; round++) {
      wheel.cancel(wheel.arm(wheel.currentTick() + round % 1000, round));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1023, TimingWheel.MAX_TIMERS + 1})
  void idSpace_ofOtherSizes_isRefused(int maxTimers) {
    Exception refusal = assertThrows(IllegalArgumentException.class, () -> new IdSpace(maxTimers));
    assertEquals("maxTimers must be from 1024 to 268435456: " + maxTimers, refusal.getMessage());
  }

  @Test
  void idSpace_full_refusesTimersOfAllItsWheels() {
    IdSpace small = new IdSpace(2048);
    LongWheel one = new LongWheel(0, small);
    LongWheel other = new LongWheel(0, small);
    for (int i = 0; i < 1024; i++) {
      one.arm(1, i);
      other.arm(1, i);
    }
    assertThrows(IllegalStateException.class, () -> one.arm(1, 0));
    assertThrows(IllegalStateException.class, () -> other.arm(1, 0));
    assertEquals(1024, one.size());
    assertEquals(1024, advance(other, 1).size());
    assertThrows(IllegalStateException.class, () -> one.arm(1, 0), "a page belongs to one wheel");
    other.arm(2, 0);
    assertTrue(one.checkInvariants() && other.checkInvariants());
  }

  /** Two wheels of one space, which grow, shrink and grow again in turn. */
  @Test
  void wheelsOfOneSpace_randomOperations_knowOnlyTheirOwnIds() {
    long seed = ThreadLocalRandom.current().nextLong();
    Random random = new Random(seed);
    LongWheel other = new LongWheel(0, ids);
    List<Long> own = new ArrayList<>();
    List<Long> others = new ArrayList<>();
    Set<Long> everGiven = new HashSet<>();
    for (int round = 0; round < 60; round++) {
      for (int i = random.nextInt(3000); i > 0; i--) {
        boolean mine = random.nextBoolean();
        long id = (mine ? wheel : other).arm(1 + random.nextInt(100_000), i);
        assertTrue(everGiven.add(id), "seed " + seed);
        (mine ? own : others).add(id);
      }
      assertTrue(own.stream().noneMatch(id -> other.deadlineTick(id, -1) != -1), "seed " + seed);
      assertTrue(others.stream().noneMatch(wheel::cancel), "seed " + seed);
      cancelSome(wheel, own, random);
      cancelSome(other, others, random);
      wheel.trim(random.nextInt(5));
      other.trim(random.nextInt(5));
      assertTrue(wheel.checkInvariants() && other.checkInvariants());
      assertEquals(own, own.stream().filter(id -> wheel.deadlineTick(id, -1) != -1).toList());
      assertEquals(others.size(), other.size(), "seed " + seed);
    }
  }

  private static void cancelSome(LongWheel wheel, List<Long> ids, Random random) {
    for (int i = random.nextInt(ids.size() + 1); i > 0; i--) {
      assertTrue(wheel.cancel(ids.removeLast()));
    }
  }
}
