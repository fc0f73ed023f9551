package io.tourbillon.coroutine;

import io.tourbillon.timer.VirtualClock;
import java.time.Duration;

/** Schedulers on the engine that this run of the tests is about. */
final class TestSchedulers {
  static final Engine ENGINE = Engine.valueOf(System.getProperty("tests.engine", "HANDOFF"));

  /** For what should take no time at all. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private TestSchedulers() {}

  static CoroutineScheduler.Builder builder() {
    return CoroutineScheduler.builder().engine(ENGINE);
  }

  static CoroutineScheduler oneLoop() {
    return builder().loops(1).build();
  }

  /** With one loop, whose time is the clock's. */
  static CoroutineScheduler on(VirtualClock clock) {
    return builder().loops(1).clock(clock).build();
  }
}
