package io.tourbillon.coroutine.sync;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Linearizability;
import io.tourbillon.timer.Clock;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Operations of a rate limiter that do not wait, while time passes, with a broken twin. */
@Tag("long") // Takes some minutes.
@Tag("stress")
@Tag("handoff") // Independent of the engine, so it runs once.
@Timeout(5000)
class RateLimiterLinearizabilityTest {
  private static final int RACES = 50;
  private static final int ORDERS = 2;
  private static final int MANY = 30;
  private static final int BURST = 3;

  /** A clock in whose steps one permit drips. */
  private static final class SteppedClock implements Clock {
    private static final long STEP_NANOS = 1_000_000;
    private volatile long nanos;

    /** Called by one thread at a time. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    void step() {
      nanos += STEP_NANOS;
    }

    @Override
    public long nanoTime() {
      return nanos;
    }

    @Override
    public Alarm newAlarm(Thread thread) {
      throw new UnsupportedOperationException("nobody waits");
    }
  }

  /** The operations. */
  public static class OfRateLimiter {
    private final SteppedClock clock = new SteppedClock();
    private final RateLimiter limiter =
        RateLimiter.builder(1, Duration.ofMillis(1)).burst(BURST).clock(clock).build();

    @Operation
    public boolean tryAcquire(@Param(gen = IntGen.class, conf = "1:3") int permits) {
      return limiter.tryAcquire(permits);
    }

    @Operation
    public boolean acquireAtOnce(@Param(gen = IntGen.class, conf = "1:3") int permits) {
      try {
        limiter.acquire(permits, Duration.ZERO);
        return true;
      } catch (TimeoutException late) {
        return false;
      }
    }

    @Operation
    public int available() {
      return limiter.availablePermits();
    }

    @Operation(nonParallelGroup = "clock")
    public void timePasses() {
      clock.step();
    }
  }

  /** The specification. It is also the twin, because its threads check before they act. */
  public static class RateLimiterByOne {
    private volatile int available = BURST;

    @Operation
    public boolean tryAcquire(@Param(gen = IntGen.class, conf = "1:3") int permits) {
      int seen = available;
      if (seen < permits) {
        return false;
      }
      available = seen - permits;
      return true;
    }

    @Operation
    public boolean acquireAtOnce(@Param(gen = IntGen.class, conf = "1:3") int permits) {
      return tryAcquire(permits);
    }

    @Operation
    public int available() {
      return available;
    }

    @Operation(nonParallelGroup = "clock")
    public void timePasses() {
      available = Math.min(BURST, available + 1);
    }
  }

  @Test
  void rateLimiter_isLinearizable() throws Exception {
    assertTrue(Linearizability.holdsInRaces(OfRateLimiter.class, RateLimiterByOne.class, RACES));
    assertTrue(Linearizability.holdsInOrders(OfRateLimiter.class, RateLimiterByOne.class, ORDERS));
  }

  @Test
  void rateLimiterTwin_isCaught() throws Exception {
    assertFalse(
        Linearizability.holdsInOrders(RateLimiterByOne.class, RateLimiterByOne.class, MANY));
  }

  @Test
  void rateLimiter_forLong() throws Exception {
    assertTrue(
        Linearizability.holdsInRaces(OfRateLimiter.class, RateLimiterByOne.class, 20 * MANY));
    assertTrue(Linearizability.holdsInOrders(OfRateLimiter.class, RateLimiterByOne.class, MANY));
  }
}
