package io.tourbillon.coroutine;

import io.tourbillon.timer.VirtualClock;
import java.time.Duration;

/** Schedulers on the engine that this run of the tests is about. */
public final class TestSchedulers {
  public static final Engine ENGINE = Engine.valueOf(System.getProperty("tests.engine", "HANDOFF"));

  /** For what should take no time at all. */
  public static final Duration PATIENCE = Duration.ofSeconds(30);

  private TestSchedulers() {}

  /** Without a log of stalls: a busy machine has them at any time. */
  public static CoroutineScheduler.Builder builder() {
    return CoroutineScheduler.builder().engine(ENGINE).stallHandler(stall -> {});
  }

  public static CoroutineScheduler oneLoop() {
    return builder().loops(1).build();
  }

  /** With one loop, whose time is the clock's. */
  public static CoroutineScheduler on(VirtualClock clock) {
    return builder().loops(1).clock(clock).build();
  }
}
