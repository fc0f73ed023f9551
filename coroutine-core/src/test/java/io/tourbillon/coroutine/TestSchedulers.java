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

  /** A scheduler with one loop that uses the clock. */
  public static CoroutineScheduler on(VirtualClock clock) {
    return builder().loops(1).clock(clock).build();
  }
}
