package io.tourbillon.coroutine;

import java.time.Duration;

/** Suspends while it is being initialised; so it serves one test of a JVM. */
final class Suspending {
  static final int VALUE;

  static {
    Coroutines.delay(Duration.ofMillis(1));
    VALUE = 1;
  }

  private Suspending() {}
}
