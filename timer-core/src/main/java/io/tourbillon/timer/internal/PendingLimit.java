package io.tourbillon.timer.internal;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Permits for as many pending timers as {@code maxPending} allows. A timer holds one from before it
 * is armed until after it has ended, so there are never more timers than permits. Without a limit
 * nothing is counted.
 */
public final class PendingLimit {
  private final long maxPending;
  private final AtomicLong held = new AtomicLong();

  /** A limit of this many permits; {@link Long#MAX_VALUE} is no limit. */
  public PendingLimit(long maxPending) {
    this.maxPending = maxPending;
  }

  /** How many permits there are. */
  public long maxPending() {
    return maxPending;
  }

  /** Takes a permit, or throws RejectedExecutionException if all are held. */
  public void acquire() {
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

  /** Gives back permits. */
  public void release(int permits) {
    if (!isUnlimited() && permits > 0) {
      held.addAndGet(-permits);
    }
  }

  private boolean isUnlimited() {
    return maxPending == Long.MAX_VALUE;
  }
}
