package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.Waiters;
import io.tourbillon.timer.internal.ShortLock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The callers that wait for one synchronizer, in arrival order, and the four steps of each wait.
 *
 * <pre>
 *   enrol   add the waiter at the end of the queue
 *   try     serve: grant to the first waiters what they can have now
 *   wait    suspend the coroutine, or park the thread, until it is granted
 *   leave   after a cancellation, interrupt or timeout: remove the waiter, then serve those behind it
 * </pre>
 *
 * <p>Enrol and try are one step under the lock, so no grant falls between them. {@link
 * Waiter#resume} decides between a grant and a caller that gives up: a grant that returns false
 * went to nobody, and what was granted is still the synchronizer's.
 *
 * <p>The lock belongs to the synchronizer, whose state it guards as well. All methods take a few
 * nanoseconds, except where they say so.
 *
 * @param <W> what the synchronizer must know about each waiter
 */
final class WaitQueue<W extends WaitQueue.Waiter> {
  private final ShortLock lock;
  private final Runnable serve;

  /** Guarded by the lock. */
  private final Waiters<W> waiters = new Waiters<>();

  /**
   * One wait of one caller. Guarded by the lock of its queue. A waiter can move to another queue
   * with the same lock, as from a condition to its mutex.
   */
  static class Waiter {
    /** Null until the caller waits. */
    private @Nullable Resumption<Boolean> resumption;

    /** Null until the waiter is in a queue. Kept after that: leaving twice has no effect. */
    Waiters.@Nullable Place<?> place;

    /** Grants. Returns false if the caller has given up, which leaves the grant with us. */
    final boolean resume() {
      return Objects.requireNonNull(resumption).resume(true);
    }

    /** Makes the wait throw. Returns false if the caller has given up. */
    final boolean fail(Throwable failure) {
      return Objects.requireNonNull(resumption).fail(failure);
    }

    /** Returns true if the caller has given up, so that a grant would fail. */
    final boolean isOver() {
      return Objects.requireNonNull(resumption).isOver();
    }

    /** The caller waits by this resumption from now on. */
    final void waitBy(Resumption<Boolean> resumption) {
      this.resumption = resumption;
    }
  }

  /**
   * Creates an empty queue.
   *
   * @param lock guards the queue and the state of the synchronizer
   * @param serve grants what can be granted now; runs under the lock, after a waiter has come or
   *     left
   */
  WaitQueue(ShortLock lock, Runnable serve) {
    this.lock = lock;
    this.serve = serve;
  }

  /** Creates an empty queue whose synchronizer adds, serves and removes the waiters itself. */
  WaitQueue(ShortLock lock) {
    this(lock, () -> {});
  }

  // Waiting. Called without the lock.

  /**
   * Enrols the caller and waits for a grant.
   *
   * @param what what the caller waits for, as {@link Suspension#await} takes it
   */
  void await(Object what, W waiter) {
    Boolean _ = Suspension.<Boolean>await(what, granted -> enrolAndServe(waiter, granted));
  }

  /**
   * Enrols the caller and waits for a grant, but no longer than the limit.
   *
   * @throws TimeoutException if the limit passed first; the waiter has left
   */
  void await(Object what, Duration limit, W waiter) throws TimeoutException {
    Boolean _ = Suspension.<Boolean>await(what, limit, granted -> enrolAndServe(waiter, granted));
  }

  /**
   * As {@link #await(Object, Duration, Waiter)}, but reports the end of the limit by its result.
   *
   * @param limit more than zero
   * @return true if it was granted, false if the limit passed first
   */
  boolean awaitAtMost(Object what, Duration limit, W waiter) {
    return Suspension.<Boolean>awaitAtMost(what, limit, granted -> enrolAndServe(waiter, granted))
        != null;
  }

  /**
   * Enrols a waiter for a select, which waits for other things as well.
   *
   * @param taken gets the value as the grant
   * @return leaves, and serves those behind
   */
  <T> Suspension.Registration enrol(W waiter, T value, Resumption<@Nullable T> taken) {
    enrolAndServe(waiter, new Granting<@Nullable T>(value, taken));
    return () -> leave(waiter);
  }

  private void enrolAndServe(W waiter, Resumption<Boolean> granted) {
    lock.lock();
    try {
      enrol(waiter, granted);
      serve.run();
    } finally {
      lock.unlock();
    }
  }

  private void leave(W waiter) {
    lock.lock();
    try {
      remove(waiter);
      serve.run();
    } finally {
      lock.unlock();
    }
  }

  // Called under the lock.

  /**
   * Adds a waiter that leaves, and serves those behind it, when its caller gives up. If there is no
   * memory to note that, removes it again.
   */
  void enrol(W waiter, Resumption<Boolean> granted) {
    waiter.waitBy(granted);
    add(waiter);
    boolean noted = false;
    try {
      granted.onCancel(() -> leave(waiter));
      noted = true;
    } finally {
      if (!noted) {
        remove(waiter);
      }
    }
  }

  /** Adds a waiter; its synchronizer removes it. */
  void add(W waiter) {
    waiter.place = waiters.add(waiter);
  }

  /** Removes a waiter from the queue that it was added to last, if it is still there. */
  void remove(W waiter) {
    if (waiter.place != null) {
      waiter.place.leave();
    }
  }

  boolean isEmpty() {
    return waiters.peek() == null;
  }

  /** Returns the first waiter, which stays, or null. */
  @Nullable W peek() {
    return waiters.peek();
  }

  /** Removes and returns the first waiter, or returns null. */
  @Nullable W poll() {
    return waiters.poll();
  }

  /** Returns true if the predicate holds for one of the waiters; looks at each until it does. */
  boolean any(Predicate<? super W> predicate) {
    return waiters.any(predicate);
  }

  /** Removes all waiters and grants to each. Takes some hundred nanoseconds for each. */
  void resumeAll() {
    for (W next = waiters.poll(); next != null; next = waiters.poll()) {
      next.resume();
    }
  }
}
