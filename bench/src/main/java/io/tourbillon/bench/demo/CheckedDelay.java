package io.tourbillon.bench.demo;

import io.tourbillon.coroutine.Coroutines;
import java.util.concurrent.TimeUnit;

/**
 * A delay of a coroutine, as seen from inside the coroutine, and entered in an account as a {@link
 * CheckedTimer} is; for that is what it is, a timer of its loop. It fires when the coroutine goes
 * on, and is cancelled with the coroutine.
 */
final class CheckedDelay {
  private CheckedDelay() {}

  /**
   * Suspends the coroutine that calls this.
   *
   * @throws io.tourbillon.coroutine.CoroutineCancelledException if it is cancelled
   */
  static void delay(Account account, long delayNanos) {
    // Before the delay begins, so that its own deadline is never earlier.
    long deadlineNanos = System.nanoTime() + delayNanos;
    account.accept();
    boolean over = false;
    try {
      Coroutines.delay(delayNanos, TimeUnit.NANOSECONDS);
      over = true;
    } finally {
      if (!over) {
        account.end(CheckedTimer.State.CANCELLED);
      }
    }
    account.run(System.nanoTime() - deadlineNanos);
    account.end(CheckedTimer.State.FIRED);
  }
}
