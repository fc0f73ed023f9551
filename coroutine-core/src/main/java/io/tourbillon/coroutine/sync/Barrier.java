package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.timer.internal.ShortLock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A cyclic barrier: a fixed number of coroutines or threads wait until all of them have arrived.
 * Then all go on, and the barrier serves the next round.
 *
 * <p>Thread-safe. To arrive and to leave each hold a lock for some ten nanoseconds. The last party
 * to arrive resumes all others under that lock, and takes some hundred nanoseconds for each.
 * Callers beyond the number of parties belong to the next round.
 *
 * <p>All or none: if a party gives up before the last one has arrived, the barrier is broken. The
 * parties that wait, and those that come later, get a {@link BarrierBrokenException} until {@link
 * #reset}.
 *
 * <p>After {@link java.util.concurrent.CyclicBarrier}, but {@link #await()} counts arrivals
 * upwards.
 */
public final class Barrier {
  private static final AtomicLong NUMBERS = new AtomicLong();

  final ShortLock lock = new ShortLock();
  private final int parties;
  private final @Nullable Runnable action;
  private final String name;

  /** The round that parties arrive in. Written under the lock. Volatile for observers. */
  private volatile Round round = new Round();

  /** From one opening to the next. Guarded by the lock; volatile fields are so for observers. */
  private final class Round {
    final WaitQueue<WaitQueue.Waiter> waiters = new WaitQueue<>(lock, this::breakUnlessFull);
    volatile int arrived;

    /** True when all have arrived. After that, only a failure of the action breaks the round. */
    boolean full;

    volatile @Nullable BarrierBrokenException broken;

    /** For the caller, which is a party that gives up. Under the lock. */
    void breakUnlessFull() {
      if (!full) {
        breakNow(name + " is broken: " + Callers.name(Suspension.caller()) + " gave up", null);
      }
    }

    /** Under the lock. */
    void breakNow(String message, @Nullable Throwable cause) {
      if (broken != null) {
        return;
      }
      broken = new BarrierBrokenException(message, cause);
      for (var next = waiters.poll(); next != null; next = waiters.poll()) {
        // One for each, as each is thrown in another place.
        next.fail(new BarrierBrokenException(message, cause));
      }
    }
  }

  /**
   * Creates a barrier without an action, and with a generated name such as {@code barrier-1}.
   *
   * @param parties at least 1
   * @throws IllegalArgumentException if there are fewer
   */
  public Barrier(int parties) {
    this("barrier-" + NUMBERS.incrementAndGet(), parties, null);
  }

  /**
   * Creates a barrier with an action, and with a generated name such as {@code barrier-1}.
   *
   * @param parties at least 1
   * @param action runs in each round, in the last party to arrive, before all go on. If it throws,
   *     that party gets the exception, and the barrier is broken for the others.
   * @throws IllegalArgumentException if there are fewer parties
   */
  public Barrier(int parties, Runnable action) {
    this("barrier-" + NUMBERS.incrementAndGet(), parties, Objects.requireNonNull(action, "action"));
  }

  /**
   * Creates a barrier with a name.
   *
   * @param name for messages and {@link Coroutine#waitsFor}
   * @param parties at least 1
   * @param action as in {@link #Barrier(int, Runnable)}, or null
   * @throws IllegalArgumentException if there are fewer parties
   */
  public Barrier(String name, int parties, @Nullable Runnable action) {
    this.name = Objects.requireNonNull(name, "name");
    if (parties < 1) {
      throw new IllegalArgumentException("parties must be at least 1: " + parties);
    }
    this.parties = parties;
    this.action = action;
  }

  /**
   * Arrives, and waits until all parties have arrived. A party that is cancelled or interrupted
   * first, even before this call, breaks the barrier.
   *
   * @return how many parties arrived earlier in this round: 0 for the first
   * @throws BarrierBrokenException if the barrier is broken, before or during the wait
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws CancellationException if the calling thread is interrupted
   */
  public int await() {
    Arrival arrival = new Arrival();
    try {
      Boolean _ = Suspension.<Boolean>await(this, arrival::arrive);
    } catch (CancellationException cancelled) {
      arrival.breakUnlessArrived();
      throw cancelled;
    }
    return arrival.goOn();
  }

  /**
   * As {@link #await()}, but waits no longer than the limit.
   *
   * @param limit zero or less does not wait
   * @throws TimeoutException if the limit passed first. That breaks the barrier, unless all have
   *     arrived and only the action takes longer.
   */
  public int await(Duration limit) throws TimeoutException {
    Objects.requireNonNull(limit, "limit");
    Arrival arrival = new Arrival();
    try {
      Boolean _ = Suspension.<Boolean>await(this, limit, arrival::arrive);
    } catch (TimeoutException | CancellationException gaveUp) {
      arrival.breakUnlessArrived();
      throw gaveUp;
    }
    return arrival.goOn();
  }

  /** Breaks the barrier for the parties that wait, and begins a new round. */
  public void reset() {
    lock.lock();
    try {
      Round ended = round;
      round = new Round(); // First, so that nobody takes the broken one for the present one.
      ended.breakNow(name + " was reset", null);
    } finally {
      lock.unlock();
    }
  }

  /** Returns true if the barrier is broken and has not been reset since. */
  public boolean isBroken() {
    Round current = round;
    return current.broken != null && current.equals(round);
  }

  /** Returns how many parties wait. A snapshot. */
  public int numberWaiting() {
    Round current = round;
    return current.broken == null ? current.arrived : 0;
  }

  @Override
  public String toString() {
    return isBroken()
        ? name + ", broken"
        : name + ", " + numberWaiting() + " of " + parties + " there";
  }

  /** One party in one round. Used by that party alone, under the lock where it says so. */
  private final class Arrival {
    private @Nullable Round mine;
    private int before;

    private void arrive(Resumption<Boolean> opened) {
      lock.lock();
      try {
        Round current = round;
        if (isLast(current) && current.waiters.any(WaitQueue.Waiter::isOver)) {
          current.breakNow(name + " is broken: a party that waited was cancelled", null);
        }
        BarrierBrokenException broken = current.broken;
        if (broken != null) {
          throw new BarrierBrokenException(
              Objects.requireNonNull(broken.getMessage()), broken.getCause());
        }
        mine = current;
        before = current.arrived;
        current.arrived = before + 1;
        if (before == parties - 1) {
          current.full = true;
          round = new Round();
          opened.resume(true);
        } else {
          current.waiters.enrol(new WaitQueue.Waiter(), opened);
        }
      } finally {
        lock.unlock();
      }
    }

    private boolean isLast(Round current) {
      return current.arrived == parties - 1;
    }

    /** A party that gives up before it arrives will not arrive, and the others would wait. */
    private void breakUnlessArrived() {
      if (mine == null) {
        lock.lock();
        try {
          round.breakUnlessFull();
        } finally {
          lock.unlock();
        }
      }
    }

    /** Lets the others go on, if this is the last party. */
    private int goOn() {
      if (before == parties - 1) {
        open(Objects.requireNonNull(mine));
      }
      return before;
    }
  }

  private void open(Round full) {
    try {
      if (action != null) {
        action.run();
      }
    } catch (Throwable failure) {
      breakByAction(full, failure);
      throw failure;
    }
    lock.lock();
    try {
      full.waiters.resumeAll();
    } finally {
      lock.unlock();
    }
  }

  private void breakByAction(Round full, Throwable failure) {
    String message = name + " is broken: its action has failed";
    lock.lock();
    try {
      full.breakNow(message, failure);
      round.breakNow(message, failure);
    } finally {
      lock.unlock();
    }
  }
}
