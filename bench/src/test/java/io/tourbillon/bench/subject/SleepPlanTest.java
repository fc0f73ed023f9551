package io.tourbillon.bench.subject;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class SleepPlanTest {
  private final SleepPlan plan = new SleepPlan(new long[] {10, 20, 30, 40, 50, 60}, 2);

  @Test
  void new_rows_areAsLongAsThereAreSleeps() {
    assertEquals(3, plan.coroutines());
    assertEquals(2, plan.sleeps());
    assertEquals(40, plan.delayNanos(1, 1));
  }

  @Test
  void new_delaysThatAreNoRows_areRefused() {
    Exception refusal =
        assertThrows(IllegalArgumentException.class, () -> new SleepPlan(new long[5], 2));
    assertEquals("sleeps must divide the number of delays, 5: 2", refusal.getMessage());
    assertThrows(IllegalArgumentException.class, () -> new SleepPlan(new long[5], 0));
  }

  @Test
  void record_all_isLatenessRowAfterRow() {
    recordAll();
    plan.requireAllSlept();
    assertArrayEquals(new long[] {0, 1, 10, 11, 20, 21}, plan.latenessNanos());
  }

  @Test
  void requireAllSlept_oneSleepLeftOut_isRefused() {
    recordAll();
    plan.reset();
    plan.record(0, 0, 0, 10);
    Exception refusal = assertThrows(IllegalStateException.class, plan::requireAllSlept);
    assertEquals("a coroutine must sleep 2 times: 0 did not", refusal.getMessage());
  }

  @Test
  void requireAllSlept_oneSleepTooShort_isRefused() {
    recordAll();
    plan.record(2, 1, 1000, 1059);
    Exception refusal = assertThrows(IllegalStateException.class, plan::requireAllSlept);
    assertEquals("a sleep must not be early: by 1 ns", refusal.getMessage());
  }

  private void recordAll() {
    for (int coroutine = 0; coroutine < plan.coroutines(); coroutine++) {
      for (int sleep = 0; sleep < plan.sleeps(); sleep++) {
        long lateNanos = coroutine * 10L + sleep;
        plan.record(coroutine, sleep, 1000, 1000 + plan.delayNanos(coroutine, sleep) + lateNanos);
      }
    }
  }
}
