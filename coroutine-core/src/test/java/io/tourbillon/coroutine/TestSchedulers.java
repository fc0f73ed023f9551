package io.tourbillon.coroutine;

import io.tourbillon.timer.VirtualClock;
import java.time.Duration;

/** Schedulers on the engine of this test run. */
public final class TestSchedulers {
  public static final Engine ENGINE = Engine.valueOf(System.getProperty("tests.engine", "HANDOFF"));

  /** For operations that should take no time. */
  public static final Duration PATIENCE = Duration.ofSeconds(30);

  private TestSchedulers() {}

  /** A builder without a log of stalls, which a busy machine has at any time. */
  public static CoroutineScheduler.Builder builder() {
    return CoroutineScheduler.builder().engine(ENGINE).stallHandler(stall -> {});
  }

  public static CoroutineScheduler oneLoop() {
    return builder().loops(1).build();
  }

  /** Waits until a coroutine is suspended. Throws if it ends instead, or takes too long. */
  public static void awaitSuspended(Coroutine<?> coroutine) {
    long startNanos = System.nanoTime();
    for (Coroutine.State seen = coroutine.state();
        seen != Coroutine.State.SUSPENDED;
        seen = coroutine.state()) {
      if (seen.isEnd() || System.nanoTime() - startNanos > PATIENCE.toNanos()) {
        throw new AssertionError("is not suspended: " + coroutine);
      }
      Thread.onSpinWait();
    }
  }

  /** A scheduler with one loop that uses the clock. */
  public static CoroutineScheduler on(VirtualClock clock) {
    return builder().loops(1).clock(clock).build();
  }
}
