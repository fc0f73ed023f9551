package io.tourbillon.bench.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tourbillon.bench.subject.WheelKind;
import io.tourbillon.bench.subject.WheelSubject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WheelExpiriesTest {
  private static final int PENDING = 100;
  private static final int OPERATIONS = 1000;

  @ParameterizedTest
  @EnumSource
  void operate_anyDistance_expiresAll(WheelKind kind) {
    for (int delayTicks : new int[] {2, 400, 60_000, 300_000}) {
      WheelSubject wheel = kind.open(PENDING);
      operate(wheel, delayTicks).check();
      assertEquals(0, wheel.pending());
    }
  }

  @Test
  void operate_once_armsOneForOneExpired() {
    ModelWheel wheel = new ModelWheel();
    WheelExpiries work = new WheelExpiries(wheel, 1, 10);
    work.fill();
    for (int operation = 0; operation < OPERATIONS; operation++) {
      work.operate();
      assertEquals(1, wheel.pending());
    }
  }

  @ParameterizedTest
  @EnumSource
  void check_brokenWheel_isRefused(BrokenWheels kind) {
    WheelExpiries work = operate(kind.get(), 400);
    assertThrows(IllegalStateException.class, work::check);
  }

  @Test
  void operate_wheelThatLosesItsOnlyTimer_isRefused() {
    ModelWheel wheel = new ModelWheel();
    WheelExpiries work = new WheelExpiries(wheel, 1, 400);
    work.fill();
    wheel.cancel(1);
    assertThrows(IllegalStateException.class, work::operate);
  }

  @Test
  void new_noRoomForDelays_isRefused() {
    Exception refusal =
        assertThrows(
            IllegalArgumentException.class, () -> new WheelExpiries(new ModelWheel(), 1, 1));
    assertEquals("delayTicks must be at least 2: 1", refusal.getMessage());
  }

  private static WheelExpiries operate(WheelSubject wheel, int delayTicks) {
    WheelExpiries work = new WheelExpiries(wheel, PENDING, delayTicks);
    work.fill();
    for (int operation = 0; operation < OPERATIONS; operation++) {
      work.operate();
    }
    return work;
  }
}
