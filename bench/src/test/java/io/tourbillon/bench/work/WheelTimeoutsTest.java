package io.tourbillon.bench.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.WheelKind;
import io.tourbillon.bench.subject.WheelSubject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WheelTimeoutsTest {
  private static final int PENDING = 100;

  @ParameterizedTest
  @EnumSource
  void operate_everyWheel_keepsAllPending(WheelKind kind) {
    for (Order order : Order.values()) {
      WheelSubject wheel = kind.open(PENDING);
      operate(wheel, order).check();
      assertEquals(PENDING, wheel.pending());
    }
  }

  @Test
  void check_afterATimerWasLost_isRefused() {
    ModelWheel wheel = new ModelWheel();
    WheelTimeouts work = operate(wheel, Order.FIFO);
    wheel.cancel(1 + 1000);
    Exception refusal = assertThrows(IllegalStateException.class, work::check);
    assertTrue(refusal.getMessage().startsWith("pending timers must be 100: 99 in "));
  }

  @Test
  void operate_wheelThatDoesNotCancel_isRefused() {
    WheelSubject wheel =
        new ModelWheel() {
          @Override
          public boolean cancel(long id) {
            return false;
          }
        };
    assertThrows(IllegalStateException.class, () -> operate(wheel, Order.FIFO));
  }

  @Test
  void fill_wheelThatForgetsATimer_isRefused() {
    WheelSubject wheel =
        new ModelWheel() {
          @Override
          public long arm(long deadlineTick, SubjectTask task) {
            long id = super.arm(deadlineTick, task);
            if (id == 5) {
              cancel(id);
            }
            return id;
          }
        };
    assertThrows(IllegalStateException.class, () -> operate(wheel, Order.FIFO));
  }

  private static WheelTimeouts operate(WheelSubject wheel, Order order) {
    WheelTimeouts work = new WheelTimeouts(wheel, PENDING, order);
    work.fill();
    for (int operation = 0; operation < 1000; operation++) {
      work.operate();
    }
    return work;
  }
}
