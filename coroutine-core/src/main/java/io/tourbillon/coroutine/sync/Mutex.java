package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Block;
import io.tourbillon.coroutine.Body;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Selectable;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.timer.internal.ShortLock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A mutual exclusion lock for coroutines and threads. It can be held across suspensions on every
 * engine; monitors and the locks of the JDK can on some, see {@link
 * io.tourbillon.coroutine.Engine}.
 *
 * <pre>{@code
 * Mutex mutex = new Mutex();
 * String line = mutex.withLock(() -> {
 *   connection.send(request);      // suspends; no other holder in between
 *   return connection.receive();
 * });
 * }</pre>
 *
 * <p>Thread-safe. To lock and to unlock each hold an internal lock for some ten nanoseconds.
 *
 * <p>Fair: {@link #unlock} hands the mutex over to the caller that has waited longest. Not
 * reentrant: a holder that locks again gets an {@link IllegalStateException}. The holder is the
 * coroutine, or else the thread, that has locked. Code inside {@link
 * io.tourbillon.coroutine.Coroutines#blocking} runs in another thread, which does not hold what its
 * coroutine holds. A holder that ends without unlocking leaves the mutex locked for ever; {@link
 * #toString} and {@link Coroutine#waitsFor} of the waiters say so.
 */
public final class Mutex {
  private static final AtomicLong NUMBERS = new AtomicLong();

  /** Guards the state of the mutex and of its conditions. */
  final ShortLock lock = new ShortLock();

  private final String name;

  /** The callers that are to hold the mutex next. Empty while nobody holds it. */
  private final WaitQueue<Claim> claims = new WaitQueue<>(lock, this::serve);

  /**
   * The coroutine or thread that holds the mutex, or null. Written under the lock. Volatile, so
   * that a caller can tell without the lock whether it is the holder, which only that caller itself
   * can change; and for observers.
   */
  private volatile @Nullable Object holder;

  /** What a caller waits for; becomes text only when somebody asks. */
  final Selectable<Mutex> locking =
      new Selectable<>() {
        @Override
        public @Nullable Mutex tryTake() {
          return Mutex.this.tryTake(requireNotHeld()) ? Mutex.this : null;
        }

        @Override
        public Suspension.Registration enrol(Resumption<@Nullable Mutex> taken) {
          return claims.enrol(new Claim(requireNotHeld(), false), Mutex.this, taken);
        }

        @Override
        public void giveBack(Mutex taken) {
          unlock();
        }

        @Override
        public List<?> holders() {
          // Without the lock, a waiter that has just become the holder would wait for itself.
          lock.lock();
          try {
            return holder == null ? List.of() : List.of(holder);
          } finally {
            lock.unlock();
          }
        }

        @Override
        public String toString() {
          return "locking " + Mutex.this;
        }
      };

  /** A caller that is to hold the mutex. Guarded by the lock. */
  static class Claim extends WaitQueue.Waiter {
    final Object claimant;

    /** True if the claimant must get the mutex even if it has given up, as after a condition. */
    final boolean firm;

    Claim(Object claimant, boolean firm) {
      this.claimant = claimant;
      this.firm = firm;
    }
  }

  /** Creates a mutex with a generated name such as {@code mutex-1}. */
  public Mutex() {
    this("mutex-" + NUMBERS.incrementAndGet());
  }

  /**
   * Creates a mutex.
   *
   * @param name for messages and {@link Coroutine#waitsFor}
   */
  public Mutex(String name) {
    this.name = Objects.requireNonNull(name, "name");
  }

  /**
   * Locks the mutex. Waits until it is free and all earlier callers have had it.
   *
   * @throws IllegalStateException if the caller holds it already, and would wait for itself for
   *     ever
   * @throws CoroutineCancelledException if the calling coroutine is cancelled; it does not hold the
   *     mutex
   * @throws CancellationException if the calling thread is interrupted while it waits; it does not
   *     hold the mutex
   */
  public void lock() {
    Suspension.checkCancelled();
    Object caller = requireNotHeld();
    if (!tryTake(caller)) {
      claims.await(locking, new Claim(caller, false));
    }
  }

  /**
   * As {@link #lock()}, but waits no longer than the limit.
   *
   * @param limit zero or less does not wait
   * @throws TimeoutException if the limit passed first; the caller does not hold the mutex
   */
  public void lock(Duration limit) throws TimeoutException {
    Objects.requireNonNull(limit, "limit");
    Suspension.checkCancelled();
    Object caller = requireNotHeld();
    if (!tryTake(caller)) {
      claims.await(locking, limit, new Claim(caller, false));
    }
  }

  /**
   * Locks the mutex if it is free. Never waits.
   *
   * @return true if the caller has locked it; false if somebody holds it, the caller included
   */
  public boolean tryLock() {
    return tryTake(Suspension.caller());
  }

  /**
   * Locks the mutex, and waits for it no longer than the limit. As fair as {@link #lock()}.
   *
   * @param limit zero or less tries once, without a wait
   * @return true if the caller has locked it, false if the limit passed first
   * @throws IllegalStateException if the caller holds it already, whatever the limit
   * @throws CoroutineCancelledException if the calling coroutine is cancelled; it does not hold the
   *     mutex
   * @throws CancellationException if the calling thread is interrupted while it waits; it does not
   *     hold the mutex
   */
  public boolean tryLock(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    Suspension.checkCancelled();
    Object caller = requireNotHeld();
    return tryTake(caller)
        || (limit.isPositive() && claims.awaitAtMost(locking, limit, new Claim(caller, false)));
  }

  /**
   * As {@link #tryLock(Duration)}.
   *
   * @param timeout zero or less tries once, without a wait
   * @param unit the unit of the timeout
   */
  public boolean tryLock(long timeout, TimeUnit unit) {
    return tryLock(Duration.ofNanos(unit.toNanos(timeout)));
  }

  /**
   * Unlocks the mutex, and hands it over to the caller that has waited longest.
   *
   * @throws IllegalStateException if the caller does not hold it
   */
  public void unlock() {
    requireHeld("unlocked");
    lock.lock();
    try {
      handOver();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Locks the mutex, runs a body, and unlocks the mutex however the body ends.
   *
   * @return what the body returns
   * @throws X what the body throws
   * @throws IllegalStateException as {@link #lock()} and {@link #unlock} do
   * @throws CoroutineCancelledException if the calling coroutine is cancelled before the body
   *     begins
   * @throws CancellationException as {@link #lock()} does
   */
  public <T extends @Nullable Object, X extends Exception> T withLock(Body<T, X> body) throws X {
    Objects.requireNonNull(body, "body");
    lock();
    try {
      return body.call();
    } finally {
      unlock();
    }
  }

  /** As {@link #withLock(Body)}, for a body without a result. */
  public <X extends Exception> void withLock(Block<X> body) throws X {
    Objects.requireNonNull(body, "body");
    lock();
    try {
      body.run();
    } finally {
      unlock();
    }
  }

  /**
   * Returns what a {@code Select} waits for to lock this mutex, in arrival order with other
   * callers. If another case of the select takes place, it has not locked.
   */
  public Selectable<Mutex> onLock() {
    return locking;
  }

  /** Returns a new condition for the state that this mutex guards. */
  public MutexCondition newCondition() {
    return new MutexCondition(this);
  }

  /** Returns true if somebody holds the mutex. A snapshot. */
  public boolean isLocked() {
    return holder != null;
  }

  /** Returns true if the calling coroutine or thread holds the mutex. */
  public boolean isHeldByCaller() {
    return Suspension.caller().equals(holder);
  }

  /** Names the mutex and its holder. */
  @Override
  public String toString() {
    return name + ", held by " + Callers.name(holder);
  }

  String name() {
    return name;
  }

  private Object requireNotHeld() {
    Object caller = Suspension.caller();
    if (caller.equals(holder)) {
      throw new IllegalStateException(
          "a mutex must not be locked by its holder, which would wait for itself: " + this);
    }
    return caller;
  }

  /**
   * Returns the caller, which must be the holder.
   *
   * @param use what only the holder may do, for the message
   */
  Object requireHeld(String use) {
    Object caller = Suspension.caller();
    if (!caller.equals(holder)) {
      throw new IllegalStateException(
          "a mutex must be "
              + use
              + " by its holder: "
              + this
              + ", not by "
              + Callers.name(caller));
    }
    return caller;
  }

  private boolean tryTake(Object caller) {
    lock.lock();
    try {
      if (holder != null) {
        return false;
      }
      holder = caller;
      return true;
    } finally {
      lock.unlock();
    }
  }

  // Called under the lock.

  private void serve() {
    if (holder == null) {
      handOver();
    }
  }

  /** Makes the first claimant the holder, or nobody if there is none. Called for the holder. */
  void handOver() {
    for (Claim next = claims.poll(); next != null; next = claims.poll()) {
      // Before the grant, as a resumed claimant looks at it at once.
      holder = next.claimant;
      if (next.resume() || next.firm) {
        return;
      }
    }
    holder = null;
  }

  /** Makes the claimant the holder if the mutex is free, without a grant; else enrols it. */
  void takeOrEnrol(Claim claim) {
    if (holder == null) {
      holder = claim.claimant;
    } else {
      claims.add(claim);
    }
  }

  /** Grants a claim by this resumption: now, if the claimant is the holder, or in its turn. */
  void grantNowOrLater(Claim claim, Resumption<Boolean> granted) {
    if (claim.claimant.equals(holder)) {
      granted.resume(true);
    } else {
      claim.waitBy(granted);
    }
  }

  void withdraw(Claim claim) {
    claims.remove(claim);
  }
}
