package io.tourbillon.coroutine;

import java.time.Duration;

/** Suspends during its initialisation, so each JVM can use it for one test only. */
final class Suspending {
  static final int VALUE;

  static {
    Coroutines.delay(Duration.ofMillis(1));
    VALUE = 1;
  }

  private Suspending() {}
}
