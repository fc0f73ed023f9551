package io.tourbillon.timer;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Permits for as many pending timers as {@code maxPending} allows. A timer holds one from before it
 * is armed until after it has ended, so there are never more of them than permits. Without a limit
 * nothing is counted.
 */
final class PendingLimit {
  private final long maxPending;
  private final AtomicLong held = new AtomicLong();

  PendingLimit(long maxPending) {
    this.maxPending = maxPending;
  }

  long maxPending() {
    return maxPending;
  }

  /** Takes a permit, or throws RejectedExecutionException if all are held. */
  void acquire() {
    if (isUnlimited()) {
      return;
    }
    // Moves n -> n + 1 where n is below the limit; after a lost race the new n is looked at.
    long now;
    do {
      now = held.get();
      if (now >= maxPending) {
        throw new RejectedExecutionException("at most maxPending timers at once: " + maxPending);
      }
    } while (!held.compareAndSet(now, now + 1));
  }

  void release(int permits) {
    if (!isUnlimited() && permits > 0) {
      held.addAndGet(-permits);
    }
  }

  private boolean isUnlimited() {
    return maxPending == Long.MAX_VALUE;
  }
}
