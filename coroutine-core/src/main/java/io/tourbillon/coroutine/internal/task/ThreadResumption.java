package io.tourbillon.coroutine.internal.task;

import io.tourbillon.timer.internal.SafeText;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One wait of a thread that is no coroutine. The thread is parked while it waits. */
public final class ThreadResumption<T extends @Nullable Object> extends Settlement<T>
    implements ForkJoinPool.ManagedBlocker {
  /** No limit. */
  static final long NO_LIMIT = Long.MAX_VALUE;

  private final Thread waiter = Thread.currentThread();

  ThreadResumption(Object source) {
    super(source);
  }

  @Override
  void wake() {
    LockSupport.unpark(waiter);
  }

  /** Returns false: a thread has no cancellation that could come before. */
  @Override
  boolean isOverruled() {
    return false;
  }

  /**
   * Waits until it is settled, or cuts it when the limit has passed or the thread is interrupted,
   * and removes the callback. Without a limit, a ForkJoinPool may replace its worker while the
   * worker waits. Called by the waiter.
   *
   * @throws CancellationException if the thread is interrupted; it stays interrupted
   */
  void await(long limitNanos) {
    boolean ended = false;
    try {
      awaitEnd(limitNanos);
      ended = true;
    } finally {
      if (!ended && cut()) {
        cleanUp();
      }
    }
  }

  private void awaitEnd(long limitNanos) {
    long startNanos = System.nanoTime();
    while (!isSettled()) {
      long leftNanos = limitNanos - (System.nanoTime() - startNanos);
      if (Thread.currentThread().isInterrupted() && cut()) {
        cleanUp();
        throw new CancellationException("interrupted while it waited for " + SafeText.of(this));
      }
      if (limitNanos == NO_LIMIT) {
        park();
      } else if (leftNanos > 0) {
        LockSupport.parkNanos(this, leftNanos);
      } else if (cut()) {
        cleanUp();
      }
    }
  }

  /** Parks until it is settled or the thread is interrupted; may return spuriously. */
  private void park() {
    try {
      ForkJoinPool.managedBlock(this);
    } catch (RejectedExecutionException | OutOfMemoryError notReplaced) {
      // The pool has its maximum of threads, and works with one less.
      LockSupport.park(this);
    } catch (InterruptedException impossible) {
      throw new AssertionError("block throws none", impossible);
    }
  }

  @Override
  public boolean block() {
    LockSupport.park(this);
    return isReleasable();
  }

  @Override
  public boolean isReleasable() {
    return isSettled() || Thread.currentThread().isInterrupted();
  }
}
