package io.tourbillon.bench.waiting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.subject.TimerKind;
import org.junit.jupiter.api.Test;

class FootprintTest {
  @Test
  void measure_manyTimers_findsThemAndTheirEnd() throws InterruptedException {
    Footprint footprint = Footprint.measure(TimerKind.NETTY_512, 200_000);
    assertEquals(200_000, footprint.timers());
    assertTrue(footprint.bytesPerTimer() > 20, footprint::toString);
    assertTrue(footprint.bytesPerTimer() < 200, footprint::toString);
    assertTrue(footprint.leftBytes() < footprint.pendingBytes() / 2, footprint::toString);
  }
}
