package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Awaited;
import io.tourbillon.coroutine.Body;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.Waiters;
import io.tourbillon.timer.internal.ShortLock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Lets one at a time go on: a coroutine or a thread, which holds it until it unlocks. It can be
 * held across suspensions, on every engine, which monitors and the locks of the JDK can not.
 *
 * <pre>{@code
 * Mutex mutex = new Mutex();
 * String line = mutex.withLock(() -> {
 *   connection.send(request);      // suspends, and nobody else gets in between
 *   return connection.receive();
 * });
 * }</pre>
 *
 * <p>Thread-safe; to lock and to unlock each hold a lock for some ten nanoseconds. Fair: it is
 * handed over to whoever has waited longest. Not reentrant: one who locks twice is told so. Part of
 * a coroutine that is run by {@link io.tourbillon.coroutine.Coroutines#blocking} is run by another
 * thread, which does not hold what the coroutine holds. A holder that ends without unlocking leaves
 * it locked for ever, which {@link #toString} and {@link Coroutine#waitsFor} of those who wait say.
 */
public final class Mutex {
  private static final AtomicLong NUMBERS = new AtomicLong();

  /** Guards what is said to be guarded, here and in conditions. */
  final ShortLock lock = new ShortLock();

  private final String name;

  /** Who wants it, while somebody holds it. Guarded by the lock. */
  private final Waiters<Claim> claims = new Waiters<>();

  /**
   * Written under the lock. Volatile, so that a caller sees without the lock whether it is the one,
   * which nobody else can change; and for those who look.
   */
  private volatile @Nullable Object holder;

  /** What is waited for, put into words only for those who ask. */
  final Awaited locking =
      new Awaited() {
        @Override
        public List<?> holders() {
          // Or one who has become the holder, and is about to be resumed, would wait for himself.
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

  /** One who is to hold it. Guarded by the lock. */
  static final class Claim {
    final Object claimant;

    /** Of whoever waits for a condition: it will hold the mutex again, even if it gives up. */
    final boolean firm;

    /** How the claimant waits at present. */
    Resumption<@Nullable Void> granted;

    private Waiters.@Nullable Place<?> place;

    Claim(Object claimant, boolean firm, Resumption<@Nullable Void> granted) {
      this.claimant = claimant;
      this.firm = firm;
      this.granted = granted;
    }
  }

  /** One that is called mutex and a number. */
  public Mutex() {
    this("mutex-" + NUMBERS.incrementAndGet());
  }

  /**
   * One with a name.
   *
   * @param name for errors and {@link Coroutine#waitsFor}
   */
  public Mutex(String name) {
    this.name = Objects.requireNonNull(name, "name");
  }

  /**
   * Locks; waits until nobody else holds it, nor wanted it before.
   *
   * @throws IllegalStateException if the caller holds it already: it would wait for itself for ever
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws CancellationException if the calling thread, no coroutine, is interrupted meanwhile
   */
  public void lock() {
    Suspension.checkCancelled();
    Object caller = requireNotHeld();
    if (!takes(caller)) {
      Suspension.<@Nullable Void>await(locking, granted -> takeOrWait(caller, granted));
    }
  }

  /**
   * As {@link #lock()}, for a limited time.
   *
   * @param limit zero or less does not wait
   * @throws TimeoutException if the limit was over; the caller does not hold it
   */
  public void lock(Duration limit) throws TimeoutException {
    Objects.requireNonNull(limit, "limit");
    Suspension.checkCancelled();
    Object caller = requireNotHeld();
    if (!takes(caller)) {
      Suspension.<@Nullable Void>await(locking, limit, granted -> takeOrWait(caller, granted));
    }
  }

  /**
   * Locks if that needs no waiting.
   *
   * @return whether it did; false if somebody holds it, be it the caller
   */
  public boolean tryLock() {
    return takes(Suspension.caller());
  }

  /**
   * Unlocks, and hands over to whoever has waited longest.
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
   * Runs a part with this locked, and unlocks however that ends.
   *
   * @return what it returns
   * @throws X what it throws
   * @throws IllegalStateException as {@link #lock()} and {@link #unlock} do
   * @throws CoroutineCancelledException if the calling coroutine is cancelled before it is locked
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

  /** A new condition of what this guards. */
  public MutexCondition newCondition() {
    return new MutexCondition(this);
  }

  /** Whether somebody holds it; a snapshot. */
  public boolean isLocked() {
    return holder != null;
  }

  /** Whether the calling coroutine or thread holds it. */
  public boolean isHeldByCaller() {
    return Suspension.caller().equals(holder);
  }

  /** Names it, and whoever holds it. */
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
   * The caller, who must be the holder.
   *
   * @param use what nobody else may do
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

  private boolean takes(Object caller) {
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

  private void takeOrWait(Object caller, Resumption<@Nullable Void> granted) {
    lock.lock();
    try {
      if (holder == null) {
        holder = caller;
        granted.resume(null);
      } else {
        Claim claim = new Claim(caller, false, granted);
        claim(claim);
        granted.onCancel(() -> withdraw(claim));
      }
    } finally {
      lock.unlock();
    }
  }

  void withdraw(Claim claim) {
    lock.lock();
    try {
      if (claim.place != null) {
        claim.place.leave();
      }
    } finally {
      lock.unlock();
    }
  }

  // Under the lock.

  /** Lets the next one have it, or nobody if there is none. By the holder. */
  void handOver() {
    for (Claim next = claims.poll(); next != null; next = claims.poll()) {
      // First, as whoever is resumed looks at it at once.
      holder = next.claimant;
      if (next.granted.resume(null) || next.firm) {
        return;
      }
    }
    holder = null;
  }

  /** Lets a claimant have it when its turn comes, which may be now. */
  void claim(Claim claim) {
    if (holder == null) {
      holder = claim.claimant;
    } else {
      claim.place = claims.add(claim);
    }
  }

  /** Tells a claimant when it has got it, which may be now. */
  void tell(Claim claim, Resumption<@Nullable Void> granted) {
    if (claim.claimant.equals(holder)) {
      granted.resume(null);
    } else {
      claim.granted = granted;
    }
  }
}
