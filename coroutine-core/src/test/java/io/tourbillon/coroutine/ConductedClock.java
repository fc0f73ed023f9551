package io.tourbillon.coroutine;

import io.tourbillon.timer.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A clock that lets one of the threads with an alarm run at a time, and passes the turn between
 * them by a seed, when one of them reads the clock or waits. So one seed is one order of events on
 * the loops of a scheduler. Some time passes while they run, and up to the next deadline when all
 * wait.
 */
public final class ConductedClock implements Clock {
  private static final long NEVER = Long.MAX_VALUE;

  /** At one of so many readings the turn passes; a change of threads takes microseconds. */
  private static final int LETS_OTHERS = 4;

  /** The most time that passes at once while a thread runs. */
  private static final long MOST_NANOS = 300_000;

  private final SplittableRandom random;
  private final Map<Thread, Seat> seats = new ConcurrentHashMap<>();

  /** Guards what follows. A lock of the JDK would take a virtual thread off its carrier. */
  private final AtomicBoolean lock = new AtomicBoolean();

  private final List<Seat> runnable = new ArrayList<>();
  private final List<Seat> waiting = new ArrayList<>();

  /** Who has the turn; null if nobody has. */
  private @Nullable Seat running;

  private boolean begun;
  private final AtomicLong now = new AtomicLong();

  public ConductedClock(long seed) {
    random = new SplittableRandom(seed);
  }

  /** Lets the first thread run. Until then all that have an alarm wait. */
  public void begin() {
    lock();
    begun = true;
    passTurn();
    unlock();
  }

  @Override
  public long nanoTime() {
    Seat seat = seats.get(Thread.currentThread());
    if (seat != null) {
      seat.letOthers();
    }
    return now.get();
  }

  @Override
  public Alarm newAlarm(Thread thread) {
    Seat seat = new Seat(thread);
    seats.put(thread, seat);
    lock();
    runnable.add(seat);
    if (running == null) {
      passTurn();
    }
    unlock();
    return seat;
  }

  private void lock() {
    while (!lock.compareAndSet(false, true)) {
      Thread.onSpinWait();
    }
  }

  private void unlock() {
    lock.set(false);
  }

  /**
   * Gives the turn to any thread that can run. If none can, time passes up to the next deadline.
   */
  private void passTurn() {
    running = null;
    if (!begun) {
      return;
    }
    if (runnable.isEmpty()) {
      long nextNanos = waiting.stream().mapToLong(seat -> seat.deadlineNanos).min().orElse(NEVER);
      if (nextNanos == NEVER) {
        return;
      }
      now.set(Math.max(now.get(), nextNanos));
      for (Seat seat : List.copyOf(waiting)) {
        if (seat.deadlineNanos <= now.get()) {
          seat.makeRunnable();
        }
      }
    }
    Seat next = runnable.get(random.nextInt(runnable.size()));
    running = next;
    LockSupport.unpark(next.thread);
  }

  private final class Seat implements Alarm {
    private final Thread thread;
    private long deadlineNanos = NEVER;
    private boolean woken;

    Seat(Thread thread) {
      this.thread = thread;
    }

    private void makeRunnable() {
      waiting.remove(this);
      runnable.add(this);
    }

    private void letOthers() {
      lock();
      if (equals(running)) {
        if (random.nextInt(LETS_OTHERS) == 0) {
          now.getAndAdd(random.nextLong(MOST_NANOS));
        }
        if (random.nextInt(LETS_OTHERS) == 0) {
          passTurn();
        }
      }
      unlock();
      awaitTurn();
    }

    private void awaitTurn() {
      while (true) {
        lock();
        boolean mine = equals(running);
        unlock();
        if (mine) {
          return;
        }
        LockSupport.park(this);
      }
    }

    @Override
    public void awaitUntil(long deadlineNanos) {
      lock();
      if (!woken && deadlineNanos > now.get()) {
        this.deadlineNanos = deadlineNanos;
        runnable.remove(this);
        waiting.add(this);
      }
      woken = false;
      passTurn();
      unlock();
      awaitTurn();
      lock();
      woken = false;
      unlock();
    }

    @Override
    public void await() {
      awaitUntil(NEVER);
    }

    @Override
    public void wake() {
      lock();
      if (waiting.contains(this)) {
        makeRunnable();
        if (running == null) {
          passTurn();
        }
      } else {
        woken = true;
      }
      unlock();
    }

    @Override
    public void close() {
      lock();
      runnable.remove(this);
      waiting.remove(this);
      seats.remove(thread);
      if (equals(running)) {
        passTurn();
      }
      unlock();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return Objects.hashCode(thread);
    }
  }
}
