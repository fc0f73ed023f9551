package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Awaited;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.sync.Mutex.Claim;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;

/**
 * A condition variable of a {@link Mutex}, made by {@link Mutex#newCondition}. Only the holder of
 * the mutex may use it.
 *
 * <pre>{@code
 * mutex.withLock(() -> {
 *   while (queue.isEmpty()) {
 *     notEmpty.await();          // others can hold the mutex meanwhile
 *   }
 *   take(queue.remove());
 * });
 * }</pre>
 *
 * <p>All methods hold the internal lock of the mutex for some ten nanoseconds. Waiters are
 * signalled in arrival order.
 *
 * <p>A caller that waits releases the mutex, and holds it again when the wait returns or throws. A
 * signalled waiter joins the queue for the mutex behind the callers that wait there already. The
 * state may have changed again when it goes on, so test it in a loop. There are no spurious
 * wake-ups.
 *
 * <p>No signal is lost: a waiter that is signalled before it gives up returns normally, and sees
 * the cancellation or the interrupt at its next suspension point. A waiter that has given up before
 * is not signalled.
 *
 * <p>After the monitors of Tony Hoare (1974), with the signals of Mesa.
 */
public final class MutexCondition {
  private final Mutex mutex;

  /** The callers that have no signal yet. */
  private final WaitQueue<Wait> waiters;

  /**
   * One wait: first in the queue of the condition, then in that of the mutex. Guarded by the lock
   * of the mutex.
   */
  private final class Wait extends Claim implements Awaited {
    /** Written under the lock when the mutex is released. Read by the waiter itself. */
    boolean enrolled;

    /** Written under the lock. Volatile for observers. */
    volatile boolean signalled;

    Wait(Object waiter) {
      super(waiter, true);
    }

    @Override
    public Collection<?> holders() {
      return signalled ? mutex.locking.holders() : List.of();
    }

    @Override
    public String toString() {
      return MutexCondition.this + (signalled ? ", signalled; " + mutex.locking : "");
    }
  }

  MutexCondition(Mutex mutex) {
    this.mutex = mutex;
    waiters = new WaitQueue<>(mutex.lock);
  }

  /**
   * Releases the mutex, waits for a signal, and locks the mutex again.
   *
   * @throws IllegalStateException if the caller does not hold the mutex
   * @throws CoroutineCancelledException if the calling coroutine is cancelled before a signal; it
   *     holds the mutex again, however long it had to wait for that
   * @throws CancellationException if the calling thread is interrupted before a signal; it holds
   *     the mutex again
   */
  public void await() {
    Wait wait = new Wait(mutex.requireHeld("waited on"));
    try {
      Boolean _ = Suspension.<Boolean>await(wait, granted -> releaseAndEnrol(wait, granted));
    } catch (RuntimeException | Error failure) {
      if (!reacquire(wait, failure)) {
        throw failure;
      }
    }
  }

  /**
   * As {@link #await()}, but waits for a signal no longer than the limit. The wait for the mutex
   * comes on top of that.
   *
   * @param limit zero or less only lets the callers hold the mutex that wait for it
   * @throws TimeoutException if the limit passed before a signal; the caller holds the mutex again
   */
  public void await(Duration limit) throws TimeoutException {
    Objects.requireNonNull(limit, "limit");
    Wait wait = new Wait(mutex.requireHeld("waited on"));
    try {
      Boolean _ = Suspension.<Boolean>await(wait, limit, granted -> releaseAndEnrol(wait, granted));
    } catch (TimeoutException | RuntimeException | Error failure) {
      if (!reacquire(wait, failure)) {
        throw failure;
      }
    }
  }

  /**
   * Signals the caller that has waited longest, if any waits.
   *
   * @throws IllegalStateException if the caller does not hold the mutex
   */
  public void signal() {
    mutex.requireHeld("signalled");
    mutex.lock.lock();
    try {
      boolean _ = signalNext();
    } finally {
      mutex.lock.unlock();
    }
  }

  /**
   * Signals all waiters. They will hold the mutex one after the other, in arrival order.
   *
   * @throws IllegalStateException if the caller does not hold the mutex
   */
  public void signalAll() {
    mutex.requireHeld("signalled");
    mutex.lock.lock();
    try {
      boolean more = true;
      while (more) {
        more = signalNext();
      }
    } finally {
      mutex.lock.unlock();
    }
  }

  @Override
  public String toString() {
    return "a condition of " + mutex.name();
  }

  /** Moves the first waiter to the mutex. Returns false if there is none. Under the lock. */
  private boolean signalNext() {
    for (Wait next = waiters.poll(); next != null; next = waiters.poll()) {
      if (!next.isOver()) {
        next.signalled = true;
        mutex.takeOrEnrol(next);
        return true;
      }
    }
    return false;
  }

  private void releaseAndEnrol(Wait wait, Resumption<Boolean> granted) {
    mutex.lock.lock();
    try {
      wait.waitBy(granted);
      waiters.add(wait);
      wait.enrolled = true;
      mutex.handOver();
    } finally {
      mutex.lock.unlock();
    }
  }

  /**
   * Locks the mutex after a wait that ended without a grant, whatever comes in between.
   *
   * @return true if there was a signal, so that the wait counts as successful; false if the failure
   *     is to be thrown
   */
  private boolean reacquire(Wait wait, Throwable failure) {
    if (!wait.enrolled) {
      return false; // The wait has not begun, so the caller holds the mutex still.
    }
    mutex.lock.lock();
    try {
      if (!wait.signalled) {
        waiters.remove(wait);
        mutex.takeOrEnrol(wait);
      }
    } finally {
      mutex.lock.unlock();
    }
    try {
      Boolean _ =
          Suspension.<Boolean>awaitUndisturbed(mutex.locking, granted -> awaitTurn(wait, granted));
    } catch (RuntimeException | Error unable) {
      // The caller cannot be suspended here at all, as inside a monitor.
      withdraw(wait);
      failure.addSuppressed(unable);
      return false;
    }
    return wait.signalled;
  }

  private void awaitTurn(Wait wait, Resumption<Boolean> granted) {
    mutex.lock.lock();
    try {
      mutex.grantNowOrLater(wait, granted);
    } finally {
      mutex.lock.unlock();
    }
  }

  private void withdraw(Wait wait) {
    mutex.lock.lock();
    try {
      mutex.withdraw(wait);
    } finally {
      mutex.lock.unlock();
    }
  }
}
