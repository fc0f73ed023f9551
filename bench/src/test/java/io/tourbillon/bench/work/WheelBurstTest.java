package io.tourbillon.bench.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.subject.WheelKind;
import io.tourbillon.bench.subject.WheelSink;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WheelBurstTest {
  private static final int TIMERS = 100;
  private static final int WORST_TICK = 200_000;
  private static final long STALL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  @ParameterizedTest
  @EnumSource
  void tickNanos_everyWheelTwice_areMeasured(WheelKind kind) {
    WheelBurst burst = new WheelBurst(TIMERS);
    for (int time = 0; time < 2; time++) {
      Percentiles nanos = burst.tickNanos(() -> kind.open(TIMERS));
      assertTrue(nanos.at(0) >= 0);
      assertTrue(nanos.at(100) < Long.MAX_VALUE);
    }
  }

  @Test
  void tickNanos_tickThatIsLongInEachRound_isTheLongest() {
    Percentiles nanos = new WheelBurst(TIMERS).tickNanos(() -> new StallingWheel(true));
    assertTrue(nanos.at(100) >= STALL_NANOS);
    assertTrue(nanos.at(99.9) < STALL_NANOS);
  }

  /** As it is when the operating system has something else to do. */
  @Test
  void tickNanos_tickThatIsLongInTheFirstRoundOnly_doesNotCount() {
    int[] rounds = {0};
    Percentiles nanos = new WheelBurst(TIMERS).tickNanos(() -> new StallingWheel(rounds[0]++ == 0));
    assertEquals(5, rounds[0]);
    assertTrue(nanos.at(100) < STALL_NANOS);
  }

  @ParameterizedTest
  @EnumSource
  void tickNanos_brokenWheel_isRefused(BrokenWheels kind) {
    assertThrows(IllegalStateException.class, () -> new WheelBurst(10).tickNanos(() -> kind.get()));
  }

  private static final class StallingWheel extends ModelWheel {
    private final boolean stalls;

    StallingWheel(boolean stalls) {
      this.stalls = stalls;
    }

    @Override
    public void advance(long tick, WheelSink sink) {
      if (stalls && tick == WORST_TICK) {
        LockSupport.parkNanos(STALL_NANOS);
      }
      super.advance(tick, sink);
    }
  }
}
