package io.tourbillon.coroutine;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Ways to hold a loop: the calling coroutine waits and does not give up its turn. */
public final class Holding {
  private Holding() {}

  /** Waits until something is true; returns false if that takes longer than patience. */
  public static boolean holdUntil(BooleanSupplier something) {
    return holdUntil(something, TestSchedulers.PATIENCE);
  }

  /** Waits until something is true; returns false if that takes too long. */
  public static boolean holdUntil(BooleanSupplier something, Duration atMost) {
    long startNanos = System.nanoTime();
    while (!something.getAsBoolean()) {
      if (System.nanoTime() - startNanos > atMost.toNanos()) {
        return false;
      }
      if (TestSchedulers.ENGINE == Engine.HANDOFF) {
        LockSupport.parkNanos(20_000); // Otherwise it would hold a carrier of the JDK as well.
      } else {
        Thread.onSpinWait();
      }
    }
    return true;
  }

  /** Waits for a time. */
  public static void holdFor(Duration time) {
    boolean _ = holdUntil(() -> false, time);
  }
}
