package io.tourbillon.timer.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A lock that is held for some ten to some hundred nanoseconds, and is mostly free; now and then
 * for some microseconds, as for a batch of due timers. To take and release it costs one
 * compare-and-set and one release store, about half of what a {@code ReentrantLock} costs, which
 * also notes its owner and ends with a full fence.
 *
 * <p>The price: nobody is woken. A thread that finds the lock held looks again until it is free: at
 * first at once, for about a microsecond; then it lets other threads run in between, as the holder
 * may have lost its processor; and then it parks for {@value #LEAST_PARK_NANOS} ns and longer, up
 * to {@value #MOST_PARK_NANOS} ns. After each rest it looks as often as at first. So a waiter may
 * come that much late, and the order of waiters is not defined. A thread that holds the lock must
 * not block and must not run code of users. <b>Not reentrant.</b>
 *
 * <p>Memory: what a thread did before it released the lock is visible to the next one that takes
 * it. A release is no full fence: a later read of something else may come before it.
 *
 * <p>A lock of a {@link Confinement} is none: to take it is to be the owner, and costs a
 * comparison.
 */
public final class SpinningLock {
  private static final int SPINS = 64;
  private static final int YIELDS = 16;
  private static final long LEAST_PARK_NANOS = 50_000;
  private static final long MOST_PARK_NANOS = 1_000_000;

  private static final VarHandle HELD;

  static {
    try {
      HELD = MethodHandles.lookup().findVarHandle(SpinningLock.class, "held", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** false -> true by compare-and-set, by the thread that takes it; true -> false by that one. */
  @SuppressWarnings("unused") // By its VarHandle.
  private volatile boolean held;

  /** Null if this is a lock. */
  private final @Nullable Confinement confinement;

  /** A free lock. */
  public SpinningLock() {
    this(null);
  }

  /**
   * @param confinement makes sure that one thread alone takes the lock; null for any threads
   */
  public SpinningLock(@Nullable Confinement confinement) {
    this.confinement = confinement;
  }

  /**
   * Takes the lock. An interrupt does not end the wait, and the thread stays interrupted.
   *
   * @throws IllegalStateException if another thread is the owner
   */
  public void lock() {
    if (confinement != null) {
      confinement.require();
    } else if (!HELD.compareAndSet(this, false, true)) {
      await();
    }
  }

  /**
   * For operations that change something before they take the lock.
   *
   * @throws IllegalStateException if another thread is the owner
   */
  public void requireOwner() {
    if (confinement != null) {
      confinement.require();
    }
  }

  /** Takes the lock if it is free, and returns true then. Not for a lock of a confinement. */
  public boolean tryLock() {
    return confinement == null && HELD.compareAndSet(this, false, true);
  }

  /** Releases the lock, which the caller must hold. */
  public void unlock() {
    if (confinement == null) {
      HELD.setRelease(this, false);
    }
  }

  /** Returns true if any thread holds the lock. For observers. */
  public boolean isLocked() {
    return held;
  }

  private void await() {
    int looks = 0;
    long parkNanos = LEAST_PARK_NANOS;
    do {
      while (held) {
        looks++;
        if (looks <= SPINS) {
          Thread.onSpinWait();
        } else if (looks <= SPINS + YIELDS || Thread.currentThread().isVirtual()) {
          letOthersRun();
        } else {
          LockSupport.parkNanos(this, parkNanos);
          parkNanos = Math.min(2 * parkNanos, MOST_PARK_NANOS);
          looks = 0; // A single look is likely to find the lock taken by a thread that loops.
          // An interrupted thread does not park. Its status stays, since to set it again may run
          // code of users.
          letOthersRun();
        }
      }
    } while (!HELD.compareAndSet(this, false, true));
  }

  /** Yields. A virtual thread needs memory for that; if there is none, the thread spins on. */
  @SuppressWarnings("ThreadPriorityCheck") // The holder may wait for this processor.
  private static void letOthersRun() {
    try {
      Thread.yield();
    } catch (OutOfMemoryError full) {
      Thread.onSpinWait();
    }
  }
}
