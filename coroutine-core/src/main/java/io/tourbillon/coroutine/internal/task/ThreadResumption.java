package io.tourbillon.coroutine.internal.task;

import io.tourbillon.timer.internal.SafeText;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One wait of a thread that is no coroutine, which is parked meanwhile. */
public final class ThreadResumption<T extends @Nullable Object> extends Settlement<T>
    implements ForkJoinPool.ManagedBlocker {
  /** Waits as long as it takes. */
  static final long NO_LIMIT = Long.MAX_VALUE;

  private final Thread waiter = Thread.currentThread();

  ThreadResumption(Object source) {
    super(source);
  }

  @Override
  void wake() {
    LockSupport.unpark(waiter);
  }

  /** An interrupt is the thread's own affair, and may come at any time. */
  @Override
  boolean isOverruled() {
    return false;
  }

  /**
   * Waits until it is settled, or cut because the limit is over, or the thread is interrupted; then
   * the callback has been taken back. If there is no limit, and this is a worker of a ForkJoinPool,
   * that takes on another meanwhile. By the waiter.
   *
   * @throws CancellationException if the thread was interrupted, which it still is then
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

  /** Until it is settled or the thread is interrupted, which it stays; or for no reason. */
  private void park() {
    try {
      ForkJoinPool.managedBlock(this);
    } catch (RejectedExecutionException | OutOfMemoryError notReplaced) {
      // The pool has as many threads as it may, and does with one less.
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
