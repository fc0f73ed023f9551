package io.tourbillon.bench.work;

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
    IdleCost cost = IdleCost.measure(TimerKind.OURS_IDS, 1000);
    assertEquals(0, cost.wakeUpsPerSecond().orElseThrow());
    assertEquals(0, cost.cpuPercent());
  }

  @Test
  void measure_ticking_isAwakeManyTimes() throws Exception {
    IdleCost cost = IdleCost.measure(TimerKind.NETTY_512, 1000);
    assertTrue(cost.wakeUpsPerSecond().orElseThrow() > 10, cost::toString);
    assertTrue(cost.cpuPercent() > 0, cost::toString);
  }
}
