package io.tourbillon.timer;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Timers with the lock that guards them, and the statistics under that lock.
 *
 * <p>Callers hold the lock for one operation, the driver for one batch. No task, listener or
 * executor is ever called under it, and no other lock is taken under it. Nothing here allocates, so
 * that a full heap cannot end an operation half-way.
 */
abstract class AbstractShard {
  static final String SHUT_DOWN = "the timer service has been shut down";

  final ReentrantLock lock = new ReentrantLock();

  /** Guarded by the lock; null if nothing is to be recorded. */
  final @Nullable ShardStats stats;

  /** Guarded by the lock. */
  private boolean closed;

  AbstractShard(boolean recordStats) {
    stats = recordStats ? new ShardStats() : null;
  }

  /** Takes a permit for a timer of this shard. A refusal is counted, and the listener is told. */
  final void acquirePermit(PendingLimit limit, Events events) {
    try {
      limit.acquire();
    } catch (RejectedExecutionException refusal) {
      countRejected();
      events.rejected(refusal);
      throw refusal;
    }
  }

  /** Refuses timers from now on. */
  final void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes out what is pending in one page, so that callers and driver have the lock between one
   * page and the next. Gets memory for what it hands back before it takes anything out.
   */
  abstract void drain(int page, HandBack handBack);

  // Called under the lock.

  final boolean isClosed() {
    return closed;
  }

  final void requireOpen() {
    if (closed) {
      throw new RejectedExecutionException(SHUT_DOWN);
    }
  }

  // Statistics. Called by any thread.

  /** Records a measured run and says whether it is one of the slowest, of which more is noted. */
  final boolean recordRun(long waitNanos, long runNanos, int counts) {
    if (stats == null) {
      return false;
    }
    lock.lock();
    try {
      return stats.recordRun(waitNanos, runNanos, counts);
    } finally {
      lock.unlock();
    }
  }

  final void addSlowRun(SlowRun run) {
    if (stats != null) {
      lock.lock();
      try {
        stats.addSlowRun(run);
      } finally {
        lock.unlock();
      }
    }
  }

  final void countRejected() {
    if (stats != null) {
      lock.lock();
      try {
        stats.rejected++;
      } finally {
        lock.unlock();
      }
    }
  }

  final void countException() {
    if (stats != null) {
      lock.lock();
      try {
        stats.exceptions++;
      } finally {
        lock.unlock();
      }
    }
  }

  final void countPause(long nanos) {
    if (stats != null) {
      lock.lock();
      try {
        stats.pauses++;
        stats.pauseNanos += nanos;
      } finally {
        lock.unlock();
      }
    }
  }

  final void countStall() {
    if (stats != null) {
      lock.lock();
      try {
        stats.stalls++;
      } finally {
        lock.unlock();
      }
    }
  }
}
