package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Awaited;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.Waiters;
import io.tourbillon.coroutine.sync.Mutex.Claim;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Tells those who wait that something has changed about what a {@link Mutex} guards. Made by {@link
 * Mutex#newCondition}; used by the holder of that mutex alone.
 *
 * <pre>{@code
 * mutex.withLock(Body.of(() -> {
 *   while (queue.isEmpty()) {
 *     notEmpty.await();          // others can have the mutex meanwhile
 *   }
 *   take(queue.remove());
 * }));
 * }</pre>
 *
 * <p>Whoever waits has let go of the mutex, and holds it again when the wait returns or throws.
 * After a signal it has its place in the row for the mutex, behind those who wanted that before: so
 * the state may have changed again when it goes on, and is to be looked at in a loop. There are no
 * wake-ups without a signal.
 *
 * <p>A signal is lost to nobody: one who was told before it gave up returns, and sees the
 * cancellation, or the interrupt, at its next suspension point; one who gave up before is not told.
 *
 * <p>All methods hold the lock of the mutex for some ten nanoseconds. After the monitors of Tony
 * Hoare (1974), with signals as Mesa has them.
 */
public final class MutexCondition {
  private final Mutex mutex;

  /** Who waits and was not told yet. Guarded by the lock of the mutex. */
  private final Waiters<Waiting> row = new Waiters<>();

  /** One wait. Guarded by the lock of the mutex, but read by its waiter while that holds it. */
  private final class Waiting implements Awaited {
    final Object waiter;

    /** Null until the waiter has let go of the mutex. */
    @Nullable Claim claim;

    Waiters.@Nullable Place<?> place;

    /** Volatile for those who look. */
    volatile boolean signalled;

    Waiting(Object waiter) {
      this.waiter = waiter;
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
  }

  /**
   * Lets go of the mutex, waits for a signal, and holds the mutex again.
   *
   * @throws IllegalStateException if the caller does not hold the mutex
   * @throws CoroutineCancelledException if the calling coroutine is cancelled first; it waits for
   *     the mutex all the same, however long that takes
   * @throws CancellationException if the calling thread, no coroutine, is interrupted first
   */
  public void await() {
    Waiting waiting = new Waiting(mutex.requireHeld("waited on"));
    try {
      Suspension.<@Nullable Void>await(waiting, granted -> letGoAndWait(waiting, granted));
    } catch (RuntimeException | Error failure) {
      if (!isSignalledAfterAll(waiting, failure)) {
        throw failure;
      }
    }
  }

  /**
   * As {@link #await()}, for a limited time; the wait for the mutex comes on top of it.
   *
   * @param limit zero or less lets those have the mutex who wait for it
   * @throws TimeoutException if the limit was over before a signal; the caller holds the mutex
   */
  public void await(Duration limit) throws TimeoutException {
    Objects.requireNonNull(limit, "limit");
    Waiting waiting = new Waiting(mutex.requireHeld("waited on"));
    try {
      Suspension.<@Nullable Void>await(waiting, limit, granted -> letGoAndWait(waiting, granted));
    } catch (TimeoutException | RuntimeException | Error failure) {
      if (!isSignalledAfterAll(waiting, failure)) {
        throw failure;
      }
    }
  }

  /**
   * Tells the one who has waited longest, if anyone waits.
   *
   * @throws IllegalStateException if the caller does not hold the mutex
   */
  public void signal() {
    mutex.requireHeld("signalled");
    mutex.lock.lock();
    try {
      signalNext();
    } finally {
      mutex.lock.unlock();
    }
  }

  /**
   * Tells all who wait; they will hold the mutex in the order in which they came.
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

  /** Under the lock. */
  private boolean signalNext() {
    for (Waiting next = row.poll(); next != null; next = row.poll()) {
      Claim claim = Objects.requireNonNull(next.claim);
      if (!claim.granted.isOver()) {
        next.signalled = true;
        mutex.claim(claim);
        return true;
      }
    }
    return false;
  }

  private void letGoAndWait(Waiting waiting, Resumption<@Nullable Void> granted) {
    mutex.lock.lock();
    try {
      waiting.claim = new Claim(waiting.waiter, true, granted);
      waiting.place = row.add(waiting);
      mutex.handOver();
    } finally {
      mutex.lock.unlock();
    }
  }

  /**
   * The wait has ended without the mutex, which is waited for now, undisturbed. If it has never
   * begun, the caller has the mutex still.
   */
  private boolean isSignalledAfterAll(Waiting waiting, Throwable failure) {
    Claim claim = waiting.claim;
    if (claim == null) {
      return false;
    }
    mutex.lock.lock();
    try {
      if (!waiting.signalled) {
        Objects.requireNonNull(waiting.place).leave();
        mutex.claim(claim);
      }
    } finally {
      mutex.lock.unlock();
    }
    try {
      Suspension.<@Nullable Void>awaitUndisturbed(mutex.locking, granted -> tell(claim, granted));
    } catch (RuntimeException | Error unable) {
      // It can not be suspended here at all, as by a monitor that it holds.
      mutex.withdraw(claim);
      failure.addSuppressed(unable);
      return false;
    }
    return waiting.signalled;
  }

  private void tell(Claim claim, Resumption<@Nullable Void> granted) {
    mutex.lock.lock();
    try {
      mutex.tell(claim, granted);
    } finally {
      mutex.lock.unlock();
    }
  }
}
