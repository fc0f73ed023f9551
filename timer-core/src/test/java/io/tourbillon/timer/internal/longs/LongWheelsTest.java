package io.tourbillon.timer.internal.longs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.wheel.LongWheel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several wheels that a shard treats as one. */
class LongWheelsTest {
  private final LongWheels<String> wheels = new LongWheels<>(1 << 20);
  private final List<String> received = new ArrayList<>();
  private final LongWheels.Receiver<String> receiver =
      (owner, _, deadlineTick, payload) -> received.add(owner + payload + "@" + deadlineTick);

  @AfterEach
  void invariants_hold() {
    assertTrue(wheels.checkInvariants());
  }

  @Test
  void wheels_withoutAnOwner_haveNothing() {
    assertEquals(LongWheel.NEVER, wheels.nextEventTick());
    assertEquals(LongWheel.NEVER, wheels.peekEventTick());
    assertEquals(0, wheels.pageCount());
    assertTrue(wheels.hasReached(1000));
    assertFalse(wheels.isTrimmable() || wheels.isCascadeEarlier());
  }

  @Test
  void advance_timersOfSeveralOwners_handsEachToItsOwner() {
    LongWheel a = wheels.open("a", 0);
    LongWheel b = wheels.open("b", 0);
    a.arm(5, 1);
    b.arm(4, 2);
    b.arm(9, 3);
    assertEquals(4, wheels.nextEventTick());
    wheels.advance(5, 100, receiver);
    assertEquals(List.of("a1@5", "b2@4"), received);
    assertTrue(wheels.hasReached(5));
    assertEquals(1, wheels.size());
    assertEquals(3, wheels.armed());
    wheels.visit(1, receiver);
    assertEquals("b3@9", received.getLast());
    long[] sizes = new long[a.sizeByLevel().length];
    wheels.addSizesTo(sizes);
    assertEquals(1, Arrays.stream(sizes).sum());
  }

  @Test
  void advance_budgetTooSmall_isNotThereYetAndGoesOn() {
    LongWheel a = wheels.open("a", 0);
    LongWheel b = wheels.open("b", 0);
    for (int i = 0; i < 10; i++) {
      a.arm(1, i);
      b.arm(1, i);
    }
    int calls = 0;
    while (!wheels.hasReached(1)) {
      int before = received.size();
      wheels.advance(1, 4, receiver);
      assertTrue(received.size() <= before + 4);
      calls++;
    }
    assertEquals(20, received.size());
    assertEquals(5, calls);
  }

  @Test
  void open_afterAClose_reusesTheWheelAndGivesNewIds() {
    LongWheel a = wheels.open("a", 0);
    LongWheel b = wheels.open("b", 0);
    assertNotSame(a, b);
    long id = a.arm(5, 1);
    assertTrue(wheels.cancel(id));
    assertFalse(wheels.cancel(id));
    wheels.close(a);
    LongWheel c = wheels.open("c", 7);
    assertSame(a, c);
    assertNotEquals(id, c.arm(5, 1));
    assertFalse(wheels.cancel(id));
    wheels.advance(5, 10, receiver);
    assertEquals(List.of("c1@5"), received);
  }

  @Test
  void close_withTimers_isNoticedWithAssertions() {
    LongWheel a = wheels.open("a", 0);
    a.arm(5, 1);
    assertThrows(AssertionError.class, () -> wheels.close(a));
  }

  @Test
  void trim_afterAPeakInEachWheel_freesAllOfThem() {
    for (String owner : List.of("a", "b", "c")) {
      LongWheel wheel = wheels.open(owner, 0);
      for (int i = 0; i < 5000; i++) {
        wheel.arm(1, i);
      }
    }
    wheels.advance(1, 20_000, receiver);
    int calls = 0;
    while (wheels.isTrimmable()) {
      wheels.trim(4);
      assertTrue(++calls < 1000, "still trimmable");
    }
    assertEquals(15_000, received.size());
  }
}
