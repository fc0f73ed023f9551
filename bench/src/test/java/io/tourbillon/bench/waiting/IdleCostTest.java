package io.tourbillon.bench.waiting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.subject.TimerKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Real time, as there is none other to be idle in. */
@EnabledOnOs(OS.LINUX)
class IdleCostTest {
  @Test
  void measure_ours_isNeverAwake() throws Exception {
    IdleCost cost = IdleCost.measure(TimerKind.OURS_IDS, 1);
    assertEquals(0, cost.wakeups().thread());
    assertTrue(cost.wakeups().process() > 0);
  }

  @Test
  void measure_ticking_isAwakeManyTimes() throws Exception {
    IdleCost cost = IdleCost.measure(TimerKind.NETTY_512, 1);
    assertTrue(cost.wakeups().thread() > 10, cost::toString);
    assertTrue(cost.driverCpuNanos() > 0, cost::toString);
  }
}
