package io.tourbillon.timer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A clock for tests: time moves when it is told to, and the real service fires what is due, on its
 * real thread, before the call returns.
 *
 * <pre>{@code
 * VirtualClock clock = new VirtualClock();
 * TimerService timers = TimerService.builder().clock(clock).build();
 * timers.schedule(Duration.ofHours(1), task);
 * clock.advance(Duration.ofHours(1));      // task has run
 * }</pre>
 *
 * <p>Every method that moves time lets the services on this clock come to rest at each instant at
 * which one of them has something to do, in order; so a task sees the very time for which it was
 * due. Tasks that run on an executor are not waited for. Time must not be moved from inside a task.
 *
 * <p>Thread-safe. One move at a time: another thread's begins where this one has ended.
 */
public final class VirtualClock implements Clock {
  private static final long PATIENCE_SECONDS = 60;

  /**
   * Notified whenever the time, an alarm, or the rest of a thread has changed. A monitor and no
   * Lock: a virtual thread may be the next in the queue of a Lock while the thread that carries it
   * waits behind it, for ever; monitors see to that.
   */
  private final Object monitor = new Object();

  // Guarded by the monitor, but for reading the time.
  private final List<VirtualAlarm> alarms = new ArrayList<>();
  private volatile long nowNanos;
  private boolean autoAdvance;

  /** Whether a thread moves time; another one that wants to waits until that has arrived. */
  private boolean moving;

  /** A clock that begins at 0. */
  public VirtualClock() {
    this(0);
  }

  /** A clock that begins at this time, which may be any. */
  public VirtualClock(long startNanos) {
    nowNanos = startNanos;
  }

  @Override
  public long nanoTime() {
    return nowNanos;
  }

  /**
   * Moves time by so much, through everything that is due on the way.
   *
   * @param duration zero or more; zero waits for the services to come to rest
   * @throws IllegalArgumentException if it is negative
   * @throws ArithmeticException if it is longer than 292 years, the range of the clock
   * @throws IllegalStateException if called from a task, if a task does not come to an end within a
   *     minute of real time, or if the calling thread is interrupted while it waits for one
   */
  public void advance(Duration duration) {
    move(duration, true);
  }

  /**
   * Moves time by so much at once, as a process sees it that was stopped meanwhile: everything due
   * on the way is late.
   *
   * @param duration zero or more
   * @throws IllegalArgumentException if it is negative
   * @throws ArithmeticException if it is longer than 292 years, the range of the clock
   * @throws IllegalStateException as for {@link #advance}
   */
  public void jump(Duration duration) {
    move(duration, false);
  }

  /**
   * Moves time to the next instant at which a service on this clock has something to do: to fire a
   * timer, or to keep house, which nobody sees.
   *
   * @return false if there is no such instant; time has not moved then
   * @throws IllegalStateException as for {@link #advance}
   */
  public boolean advanceToNextEvent() {
    synchronized (monitor) {
      beginMove();
      try {
        awaitRest();
        VirtualAlarm next = nextAlarm();
        if (next == null) {
          return false;
        }
        setTime(next.deadlineNanos);
        awaitRest();
        return true;
      } finally {
        endMove();
      }
    }
  }

  /**
   * Makes time move by itself: whenever all services on this clock are at rest, to the next instant
   * at which one has something to do. While nothing is pending, it stands still. A thread that arms
   * several timers meanwhile will find that time has moved in between.
   */
  public void autoAdvance(boolean on) {
    synchronized (monitor) {
      autoAdvance = on;
      advanceIfAllRest();
    }
  }

  @Override
  public Alarm newAlarm(Thread thread) {
    Objects.requireNonNull(thread, "thread");
    synchronized (monitor) {
      VirtualAlarm alarm = new VirtualAlarm(thread);
      alarms.add(alarm);
      return alarm;
    }
  }

  private void move(Duration duration, boolean stepByStep) {
    Objects.requireNonNull(duration, "duration");
    if (duration.isNegative()) {
      throw new IllegalArgumentException("time must not go back: " + duration);
    }
    long nanos = duration.toNanos();
    synchronized (monitor) {
      beginMove();
      try {
        long targetNanos = nowNanos + nanos;
        awaitRest();
        VirtualAlarm next = nextAlarm();
        while (stepByStep && next != null && next.deadlineNanos - targetNanos <= 0) {
          setTime(next.deadlineNanos);
          awaitRest();
          next = nextAlarm();
        }
        setTime(targetNanos);
        awaitRest();
      } finally {
        endMove();
      }
    }
  }

  /** Takes the turn, which is kept even while the monitor is not. */
  private void beginMove() {
    refuseTasks();
    boolean interrupted = false;
    while (moving) {
      try {
        monitor.wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    moving = true;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void endMove() {
    moving = false;
    monitor.notifyAll();
  }

  private void refuseTasks() {
    Thread caller = Thread.currentThread();
    for (VirtualAlarm alarm : alarms) {
      if (alarm.thread.equals(caller)) {
        throw new IllegalStateException("time must not be moved from inside a task: " + caller);
      }
    }
  }

  private void setTime(long nanos) {
    if (nanos - nowNanos > 0) {
      nowNanos = nanos;
    }
    monitor.notifyAll();
  }

  /** Waits until every thread with an alarm waits for a later time. */
  private void awaitRest() {
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    for (VirtualAlarm busy = busyAlarm(); busy != null; busy = busyAlarm()) {
      long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
      if (leftMillis <= 0) {
        throw new IllegalStateException(
            "no rest within " + PATIENCE_SECONDS + " s of real time: " + busy.thread);
      }
      try {
        monitor.wait(leftMillis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while waiting for rest", e);
      }
    }
  }

  private @Nullable VirtualAlarm busyAlarm() {
    for (VirtualAlarm alarm : alarms) {
      if (!alarm.isAtRest()) {
        return alarm;
      }
    }
    return null;
  }

  private @Nullable VirtualAlarm nextAlarm() {
    VirtualAlarm next = null;
    for (VirtualAlarm alarm : alarms) {
      if (alarm.timed && (next == null || alarm.deadlineNanos - next.deadlineNanos < 0)) {
        next = alarm;
      }
    }
    return next;
  }

  private void advanceIfAllRest() {
    if (autoAdvance && busyAlarm() == null) {
      VirtualAlarm next = nextAlarm();
      if (next != null) {
        setTime(next.deadlineNanos);
      }
    }
  }

  /** Fields are guarded by the clock's monitor. */
  private final class VirtualAlarm implements Alarm {
    private final Thread thread;
    private boolean waiting;
    private boolean woken;
    private boolean timed;
    private long deadlineNanos;

    VirtualAlarm(Thread thread) {
      this.thread = thread;
    }

    boolean isAtRest() {
      return waiting && !isOver();
    }

    private boolean isOver() {
      return woken || (timed && deadlineNanos - nowNanos <= 0);
    }

    @Override
    public void awaitUntil(long deadlineNanos) {
      synchronized (monitor) {
        this.deadlineNanos = deadlineNanos;
        timed = true;
        try {
          waitUntilOver();
        } finally {
          timed = false;
        }
      }
    }

    @Override
    public void await() {
      synchronized (monitor) {
        waitUntilOver();
      }
    }

    private void waitUntilOver() {
      waiting = true;
      monitor.notifyAll();
      advanceIfAllRest();
      while (!isOver()) {
        try {
          monitor.wait();
        } catch (InterruptedException e) {
          // Whoever waits here is none to be interrupted.
        }
      }
      waiting = false;
      woken = false;
      Thread.interrupted();
    }

    @Override
    public void wake() {
      synchronized (monitor) {
        woken = true;
        monitor.notifyAll();
      }
    }

    @Override
    public void close() {
      synchronized (monitor) {
        alarms.remove(this);
        monitor.notifyAll();
        advanceIfAllRest();
      }
    }
  }
}
