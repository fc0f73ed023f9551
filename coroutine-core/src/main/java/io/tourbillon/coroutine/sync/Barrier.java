package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.Waiters;
import io.tourbillon.timer.internal.ShortLock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Has so many coroutines or threads wait for each other; then all go on, and it is there for the
 * next round.
 *
 * <p>All or none: if one of them gives up before the last has come, the barrier is broken. Then
 * those who wait there, and those who come later, have a {@link BarrierBrokenException}, until
 * {@link #reset}.
 *
 * <p>Thread-safe; to come and to leave hold a lock for some ten nanoseconds, but the last one wakes
 * all others under it, at some hundred nanoseconds each. If more come than there are parties, they
 * are of the next round.
 */
public final class Barrier {
  private static final AtomicLong NUMBERS = new AtomicLong();

  final ShortLock lock = new ShortLock();
  private final int parties;
  private final @Nullable Runnable action;
  private final String name;

  /** The one that is being waited for. Written under the lock. */
  private volatile Round round = new Round();

  /**
   * From one opening to the next. Guarded by the lock; what is volatile is so for those who look.
   */
  private static final class Round {
    final Waiters<Resumption<@Nullable Void>> waiting = new Waiters<>();
    volatile int come;

    /** Set when all have come: from then on nobody can break it but the action. */
    boolean full;

    volatile @Nullable BarrierBrokenException broken;
  }

  /** As {@link #Barrier(int, Runnable)}, without an action. */
  public Barrier(int parties) {
    this("barrier-" + NUMBERS.incrementAndGet(), parties, null);
  }

  /**
   * One with an action.
   *
   * @param parties at least 1
   * @param action is run in each round by the one who comes last, before all go on; if it throws,
   *     that one has what it throws, and the barrier is broken for the others
   * @throws IllegalArgumentException if there are fewer
   */
  public Barrier(int parties, Runnable action) {
    this("barrier-" + NUMBERS.incrementAndGet(), parties, Objects.requireNonNull(action, "action"));
  }

  /**
   * One with a name.
   *
   * @param name for errors and {@link Coroutine#waitsFor}
   * @param action may be null
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
   * Waits until all have come. One who is cancelled or interrupted before that, even before it
   * calls this, breaks the barrier.
   *
   * @return how many came before: 0 for the first
   * @throws BarrierBrokenException if it is broken, or is meanwhile
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws CancellationException if the calling thread, no coroutine, is interrupted
   */
  public int await() {
    Arrival arrival = new Arrival();
    try {
      Suspension.<@Nullable Void>await(this, arrival::comeOrWait);
    } catch (CancellationException cancelled) {
      arrival.breakUnlessCome();
      throw cancelled;
    }
    return arrival.goOn();
  }

  /**
   * As {@link #await()}, for a limited time.
   *
   * @param limit zero or less does not wait
   * @throws TimeoutException if the limit was over; the barrier is broken then, unless all have
   *     come and only its action takes longer
   */
  public int await(Duration limit) throws TimeoutException {
    Objects.requireNonNull(limit, "limit");
    Arrival arrival = new Arrival();
    try {
      Suspension.<@Nullable Void>await(this, limit, arrival::comeOrWait);
    } catch (TimeoutException | CancellationException gaveUp) {
      arrival.breakUnlessCome();
      throw gaveUp;
    }
    return arrival.goOn();
  }

  /** Breaks the barrier for those who wait there, and makes it whole for those who come. */
  public void reset() {
    lock.lock();
    try {
      breakNow(round, name + " was reset", null);
      round = new Round();
    } finally {
      lock.unlock();
    }
  }

  /** Whether it is broken, and was not reset since. */
  public boolean isBroken() {
    return round.broken != null;
  }

  /** How many wait there; a snapshot. */
  public int waiting() {
    Round current = round;
    return current.broken == null ? current.come : 0;
  }

  @Override
  public String toString() {
    return isBroken() ? name + ", broken" : name + ", " + waiting() + " of " + parties + " there";
  }

  /** One of the parties has given up. Under the lock. */
  private void giveUp(Round left) {
    if (!left.full) {
      breakNow(left, name + " is broken: " + Callers.name(Suspension.caller()) + " gave up", null);
    }
  }

  /** Under the lock. */
  private static void breakNow(Round round, String message, @Nullable Throwable cause) {
    if (round.broken != null) {
      return;
    }
    round.broken = new BarrierBrokenException(message, cause);
    for (var next = round.waiting.poll(); next != null; next = round.waiting.poll()) {
      // One for each, as each is thrown elsewhere.
      next.fail(new BarrierBrokenException(message, cause));
    }
  }

  /** One party in one round, as seen by itself. */
  private final class Arrival {
    private @Nullable Round mine;
    private int before;

    private void comeOrWait(Resumption<@Nullable Void> opened) {
      lock.lock();
      try {
        Round current = round;
        if (current.come == parties - 1 && current.waiting.any(Resumption::isOver)) {
          breakNow(current, name + " is broken: one who waited there was cancelled", null);
        }
        BarrierBrokenException broken = current.broken;
        if (broken != null) {
          throw new BarrierBrokenException(
              Objects.requireNonNull(broken.getMessage()), broken.getCause());
        }
        mine = current;
        before = current.come;
        current.come = before + 1;
        if (before == parties - 1) {
          current.full = true;
          round = new Round();
          opened.resume(null);
        } else {
          Waiters.Place<?> place = current.waiting.add(opened);
          opened.onCancel(() -> leave(place, current));
        }
      } finally {
        lock.unlock();
      }
    }

    /** At once, as the last one looks at those who wait. */
    private void leave(Waiters.Place<?> place, Round left) {
      lock.lock();
      try {
        place.leave();
        giveUp(left);
      } finally {
        lock.unlock();
      }
    }

    /** One that gives up before it has come will not come, and the others would wait for it. */
    private void breakUnlessCome() {
      if (mine == null) {
        lock.lock();
        try {
          giveUp(round);
        } finally {
          lock.unlock();
        }
      }
    }

    /** The last one lets the others go on. */
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
      actionHasFailed(full, failure);
      throw failure;
    }
    lock.lock();
    try {
      for (var next = full.waiting.poll(); next != null; next = full.waiting.poll()) {
        next.resume(null);
      }
    } finally {
      lock.unlock();
    }
  }

  private void actionHasFailed(Round full, Throwable failure) {
    String message = name + " is broken: its action has failed";
    lock.lock();
    try {
      breakNow(full, message, failure);
      breakNow(round, message, failure);
    } finally {
      lock.unlock();
    }
  }
}
