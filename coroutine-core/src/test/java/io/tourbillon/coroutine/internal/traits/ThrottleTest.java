package io.tourbillon.coroutine.internal.traits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("not-plain-thread") // No turns.
class ThrottleTest {
  /**
   * The lowest possible rate, with so many turns that their times exceed the range of the clock.
   */
  @Test
  void rates_thatAreAlmostNone_giveNoTurnTooEarly() {
    Throttle throttle = Objects.requireNonNull(Throttle.of(Double.MIN_VALUE));
    long nowNanos = Long.MAX_VALUE - 5;
    assertEquals(nowNanos, throttle.take(nowNanos));
    for (int turn = 0; turn < 1000; turn++) {
      assertTrue(throttle.take(nowNanos) - nowNanos > TimeUnit.DAYS.toNanos(1000));
    }
  }
}
