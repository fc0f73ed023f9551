package io.tourbillon.bench.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.WheelSubject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CheckedWheelTest {
  @Test
  void advance_severalTimersInATick_saysHowMany() {
    CheckedWheel wheel = filled(new ModelWheel());
    assertEquals(2, wheel.advance(10));
    assertEquals(0, wheel.advance(11));
    assertEquals(2, wheel.advance(20));
    wheel.expireAll();
  }

  @Test
  void advanceToNext_afterTheLastDeadline_isRefused() {
    CheckedWheel wheel = filled(new ModelWheel());
    wheel.expireAll();
    assertEquals(50, wheel.tick());
    Exception refusal = assertThrows(IllegalStateException.class, wheel::advanceToNext);
    assertEquals(
        "every timer must expire by its deadline: 0 did not by the last, tick 50",
        refusal.getMessage());
  }

  @ParameterizedTest
  @EnumSource
  void expireAll_brokenWheel_isRefused(BrokenWheels kind) {
    CheckedWheel wheel = filled(kind.get());
    Exception refusal = assertThrows(IllegalStateException.class, wheel::expireAll);
    assertTrue(refusal.getMessage().startsWith("every timer must expire "), refusal::getMessage);
  }

  @Test
  void expireAll_wheelThatStillCountsATimer_isRefused() {
    ModelWheel wheel = new ModelWheel();
    wheel.arm(1000, SubjectTask.newIdle());
    assertThrows(IllegalStateException.class, filled(wheel)::expireAll);
  }

  /** Two timers at each of the ticks 10, 20, up to 50. */
  private static CheckedWheel filled(WheelSubject wheel) {
    CheckedWheel checked = new CheckedWheel(wheel);
    for (int timer = 0; timer < 10; timer++) {
      checked.arm(10 + timer / 2 * 10, SubjectTask.newIdle());
    }
    return checked;
  }
}
