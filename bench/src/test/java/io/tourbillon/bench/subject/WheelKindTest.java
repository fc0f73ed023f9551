package io.tourbillon.bench.subject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WheelKindTest {
  private static final int TIMERS = 1000;

  @ParameterizedTest
  @EnumSource
  void armAndCancel_all_countsAgree(WheelKind kind) {
    WheelSubject wheel = kind.open(TIMERS);
    long[] ids = new long[TIMERS];
    for (int timer = 0; timer < TIMERS; timer++) {
      ids[timer] = wheel.arm(30_000 + timer % 10, new PendingTask());
    }
    assertEquals(TIMERS, wheel.pending());
    for (long id : ids) {
      assertTrue(wheel.cancel(id));
      assertFalse(wheel.cancel(id));
    }
    assertEquals(0, wheel.pending());
  }
}
