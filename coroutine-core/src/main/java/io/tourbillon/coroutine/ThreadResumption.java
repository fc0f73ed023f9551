package io.tourbillon.coroutine;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One wait of a thread that is no coroutine, which is parked meanwhile. */
final class ThreadResumption<T extends @Nullable Object> extends Settlement<T>
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

  /**
   * Waits until it is settled, or cut because the limit is over, or the thread is interrupted; then
   * the callback has been taken back. By the waiter.
   *
   * @throws CancellationException if the thread was interrupted, which it still is then
   */
  void await(long limitNanos) {
    long startNanos = System.nanoTime();
    while (!isSettled()) {
      long leftNanos = limitNanos - (System.nanoTime() - startNanos);
      if (Thread.currentThread().isInterrupted() && cut()) {
        cleanUp();
        throw new CancellationException("interrupted while it waited for " + this);
      }
      if (limitNanos == NO_LIMIT) {
        LockSupport.park(this);
      } else if (leftNanos > 0) {
        LockSupport.parkNanos(this, leftNanos);
      } else if (cut()) {
        cleanUp();
      }
    }
  }

  /**
   * Waits until it is settled, whatever comes in between: an interrupt stays set. If this is a
   * worker of a ForkJoinPool, that takes on another meanwhile. By the waiter.
   */
  void awaitUndisturbed() {
    boolean interrupted = false;
    while (!isSettled()) {
      try {
        ForkJoinPool.managedBlock(this);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Interrupts.restore();
    }
  }

  @Override
  public boolean block() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    LockSupport.park(this);
    return isSettled();
  }

  @Override
  public boolean isReleasable() {
    return isSettled();
  }
}
