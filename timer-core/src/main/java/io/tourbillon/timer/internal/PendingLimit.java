package io.tourbillon.timer.internal;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Permits for as many pending timers as {@code maxPending} allows. A timer holds one from before it
 * is armed until after it has ended, so there are never more timers than permits. Without a limit
 * nothing is counted.
 *
 * <p>Threads would contend for one counter, so permits that no timer holds are kept in stripes. A
 * thread takes one from its stripe and gives it back there, by compare-and-set. A stripe that is
 * empty gets a bundle from the common store, and one that has too many gives a bundle back. If the
 * store is empty too, the thread looks into all stripes, one after the other, and is refused if it
 * finds each of them empty. While other threads take permits and give them back, that may happen
 * although at each moment one was free. A limit of few permits has no stripes.
 */
public final class PendingLimit {
  private static final int MOST_IN_A_BUNDLE = 64;

  /**
   * Elements from one stripe to the next: 128 bytes, so that no two share a pair of cache lines.
   */
  private static final int STRIDE = 16;

  /** The place of the common store; stripes follow. */
  private static final int STORE = 0;

  private final long maxPending;
  private final int bundle;

  /** The stripes, less one; -1 if there are none. */
  private final int stripeMask;

  /**
   * Permits that no timer holds: the common store, and then the stripes. Changed by atomic
   * operations, of any thread.
   */
  private final AtomicLongArray free;

  /**
   * Guards moves between store and stripes, so that a thread that has it finds every permit that
   * has been given back.
   */
  private final SpinningLock moving = new SpinningLock();

  /** A limit of this many permits; {@link Long#MAX_VALUE} is no limit. */
  public PendingLimit(long maxPending) {
    this(maxPending, Runtime.getRuntime().availableProcessors());
  }

  PendingLimit(long maxPending, int processors) {
    this.maxPending = maxPending;
    int stripes = Integer.highestOneBit(2 * processors - 1);
    bundle = (int) Math.min(MOST_IN_A_BUNDLE, maxPending / (8L * stripes));
    stripeMask = maxPending == Long.MAX_VALUE || bundle < 2 ? -1 : stripes - 1;
    free = new AtomicLongArray(place(stripeMask) + 1);
    free.set(STORE, maxPending);
  }

  /** How many permits there are. */
  public long maxPending() {
    return maxPending;
  }

  /** Takes a permit, or throws RejectedExecutionException if all are held. */
  public void acquire() {
    if (isUnlimited() || take(ownPlace(), 1) == 1 || (stripeMask >= 0 && acquireElsewhere())) {
      return;
    }
    throw new RejectedExecutionException("at most maxPending timers at once: " + maxPending);
  }

  /** Takes a bundle from the store, or else a permit from any stripe. */
  private boolean acquireElsewhere() {
    moving.lock();
    try {
      long taken = take(STORE, bundle);
      if (taken > 0) {
        free.addAndGet(ownPlace(), taken - 1);
        return true;
      }
      for (int stripe = 0; stripe <= stripeMask; stripe++) {
        if (take(place(stripe), 1) == 1) {
          return true;
        }
      }
      return false;
    } finally {
      moving.unlock();
    }
  }

  /** Gives back permits. */
  public void release(int permits) {
    if (isUnlimited() || permits == 0) {
      return;
    }
    int place = ownPlace();
    if (free.addAndGet(place, permits) > 2L * bundle && place != STORE) {
      moveToStore(place);
    }
  }

  private void moveToStore(int place) {
    moving.lock();
    try {
      free.addAndGet(STORE, take(place, Math.max(bundle, free.get(place) - bundle)));
    } finally {
      moving.unlock();
    }
  }

  /** Takes at most a number of permits; n -> n - taken. Returns how many. */
  private long take(int place, long most) {
    long now;
    long taken;
    do {
      now = free.get(place);
      taken = Math.min(now, most);
    } while (taken > 0 && !free.compareAndSet(place, now, now - taken));
    return taken;
  }

  private int ownPlace() {
    return stripeMask < 0 ? STORE : place((int) Thread.currentThread().threadId() & stripeMask);
  }

  private static int place(int stripe) {
    return (stripe + 1) * STRIDE;
  }

  private boolean isUnlimited() {
    return maxPending == Long.MAX_VALUE;
  }
}
