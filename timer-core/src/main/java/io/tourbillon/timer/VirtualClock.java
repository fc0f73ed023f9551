package io.tourbillon.timer;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A clock for tests. Time advances when a test calls {@link #advance}; the service, with its real
 * thread, fires what is due before the call returns.
 *
 * <pre>{@code
 * VirtualClock clock = new VirtualClock();
 * TimerService timers = TimerService.builder().clock(clock).build();
 * timers.schedule(Duration.ofHours(1), task);
 * clock.advance(Duration.ofHours(1));      // task has run
 * }</pre>
 *
 * <p>Every method that advances time stops at each instant at which a service on this clock has
 * something to do, and waits until all services rest. So a task sees exactly the time at which it
 * was due. The clock does not wait for tasks on an executor, nor for calls of coroutines on
 * platform threads or in sockets: time may pass meanwhile. Only {@linkplain #hold holds} stop a
 * clock that advances by itself; calls on platform threads take one. A task must not advance time.
 *
 * <p>Thread-safe. One thread advances time at a time; the next one starts at the time where the
 * previous one ended.
 */
public final class VirtualClock implements Clock {
  private static final long PATIENCE_SECONDS = 60;

  /**
   * Acquired only with {@code tryLock}, and held for a few instructions. The driver of a scheduler
   * may carry virtual threads. If it queued for the lock behind a virtual thread that it carries
   * itself, neither would continue. A virtual thread holds the lock only while it runs, so the
   * retries end. Threads that advance time do queue, to take the lock again after they have waited
   * for a change; they are not drivers.
   */
  private final ReentrantLock lock = new ReentrantLock();

  /** Signalled when a thread comes to rest, an alarm is closed, or a thread has advanced time. */
  private final Condition changed = lock.newCondition();

  /** Signalled when {@link #standsStill} becomes true. */
  private final Condition standstill = lock.newCondition();

  // Guarded by the lock. The time may be read without it.
  private final List<VirtualAlarm> alarms = new ArrayList<>();
  private volatile long nowNanos;

  /** What the wall clock showed at a time of this clock. Written under the lock. */
  private record WallTime(Instant instant, long atNanos) {}

  private volatile WallTime wall = new WallTime(Instant.EPOCH, 0);

  /** Volatile, so that it can be turned off without the lock. Read when all threads are at rest. */
  private volatile boolean autoAdvance;

  /** Any thread adds without the lock. Taken when all threads are at rest. */
  private final Queue<Runnable> restActions = new ConcurrentLinkedQueue<>();

  /**
   * The number of open holds. A thread that sees the taker of a hold at rest also sees the hold.
   */
  private final AtomicInteger holds = new AtomicInteger();

  /**
   * Whether a thread is advancing time. Other threads that want to do so wait until it has
   * finished.
   */
  private boolean moving;

  /** A clock that begins at 0. */
  public VirtualClock() {
    this(0);
  }

  /** A clock that begins at any given time. */
  public VirtualClock(long startNanos) {
    nowNanos = startNanos;
  }

  @Override
  public long nanoTime() {
    return nowNanos;
  }

  /**
   * A wall clock that moves with this clock. It shows {@link Instant#EPOCH} when this clock shows
   * 0, until it is {@linkplain #stepWallClock stepped}. Services on this clock use it by default.
   */
  public InstantSource wallClock() {
    return this::wallTime;
  }

  private Instant wallTime() {
    WallTime last = wall;
    return last.instant.plusNanos(nowNanos - last.atNanos);
  }

  /**
   * Sets the wall clock forward or back, as an administrator would, and waits until the services on
   * this clock have noticed. Other time does not pass: a timer whose time was stepped over fires at
   * the next tick, so after an {@link #advance}.
   *
   * @param step forward, or back if it is negative
   * @throws IllegalStateException as for {@link #advance}
   * @throws java.time.DateTimeException if the result is out of the range of {@link Instant}
   */
  public void stepWallClock(Duration step) {
    Objects.requireNonNull(step, "step");
    beginMove();
    try {
      awaitRest();
      wall = new WallTime(wallTime().plus(step), nowNanos);
      for (VirtualAlarm alarm : alarms) {
        alarm.wake();
      }
      awaitRest();
    } finally {
      endMove();
    }
  }

  /**
   * Advances time by a duration, and fires everything that is due on the way.
   *
   * @param duration zero or more; zero waits for the services to come to rest
   * @throws IllegalArgumentException if it is negative
   * @throws ArithmeticException if it is longer than 292 years, the range of the clock
   * @throws IllegalStateException if called from a task, if a task does not end within a minute of
   *     real time, or if the calling thread is interrupted while it waits for a task
   */
  public void advance(Duration duration) {
    move(duration, true);
  }

  /**
   * Advances time by a duration in one step, as if the process had been stopped meanwhile:
   * everything that is due on the way fires late.
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
   * Advances time to the next instant at which a service on this clock has something to do: fire a
   * timer, or do maintenance that is not visible.
   *
   * @return false if there is no such instant; time has not changed
   * @throws IllegalStateException as for {@link #advance}
   */
  public boolean advanceToNextEvent() {
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

  /**
   * Makes time advance by itself. Whenever all services on this clock rest, time advances to the
   * next instant at which one of them has something to do. While nothing is pending, time stands
   * still. Time may pass while a thread arms several timers one after the other. After a task has
   * turned this off, time does not advance any more.
   */
  public void autoAdvance(boolean on) {
    autoAdvance = on;
    if (on) {
      acquire();
      try {
        advanceIfAllRest();
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Runs an action the next time that all services on this clock come to rest, before time advances
   * by itself. The thread that came to rest last runs it, and then looks for work again. If several
   * actions are given, each runs at a separate rest, in the order in which they were given.
   *
   * @param action short, and does not throw
   */
  public void whenAtRest(Runnable action) {
    restActions.add(Objects.requireNonNull(action, "action"));
  }

  /**
   * Waits until nothing happens any more by itself: all services on this clock are at rest, no hold
   * is open, and nothing is pending or time does not advance by itself.
   *
   * @param limit in real time
   * @return true if that happened within the limit
   * @throws InterruptedException if the calling thread is interrupted
   */
  public boolean awaitStandstill(Duration limit) throws InterruptedException {
    long leftNanos = limit.toNanos();
    acquire();
    try {
      while (!standsStill()) {
        if (leftNanos <= 0) {
          return false;
        }
        leftNanos = standstill.awaitNanos(leftNanos);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Hold hold() {
    Hold hold = this::endHold; // Before it counts: without memory for it nobody would end it.
    holds.incrementAndGet();
    return hold;
  }

  /** Wakes a thread, because only threads that come to rest check whether time may advance. */
  private void endHold() {
    if (holds.decrementAndGet() == 0) {
      acquire();
      try {
        if (!alarms.isEmpty()) {
          alarms.getFirst().wake();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  @Override
  public Alarm newAlarm(Thread thread) {
    Objects.requireNonNull(thread, "thread");
    acquire();
    try {
      VirtualAlarm alarm = new VirtualAlarm(thread);
      alarms.add(alarm);
      return alarm;
    } finally {
      lock.unlock();
    }
  }

  private void move(Duration duration, boolean stepByStep) {
    Objects.requireNonNull(duration, "duration");
    if (duration.isNegative()) {
      throw new IllegalArgumentException("time must not go back: " + duration);
    }
    long nanos = duration.toNanos();
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

  /**
   * Takes the lock and the turn to advance time. The turn is kept while a wait releases the lock.
   */
  private void beginMove() {
    acquire();
    boolean begun = false;
    try {
      refuseTasks();
      while (moving) {
        changed.awaitUninterruptibly();
      }
      moving = true;
      begun = true;
    } finally {
      if (!begun) {
        lock.unlock();
      }
    }
  }

  private void endMove() {
    moving = false;
    changed.signalAll();
    lock.unlock();
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
    // Without an iterator, for which there may be no memory: each of them must be woken.
    for (int index = 0; index < alarms.size(); index++) {
      VirtualAlarm alarm = alarms.get(index);
      if (alarm.isDue()) {
        LockSupport.unpark(alarm.thread);
      }
    }
  }

  /** Waits until every thread with an alarm waits for a later time. */
  private void awaitRest() {
    long leftNanos = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    for (VirtualAlarm busy = busyAlarm(); busy != null; busy = busyAlarm()) {
      if (leftNanos <= 0) {
        throw new IllegalStateException(
            "no rest within " + PATIENCE_SECONDS + " s of real time: " + busy.thread);
      }
      try {
        leftNanos = changed.awaitNanos(leftNanos);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while waiting for rest", e);
      }
    }
  }

  // Both without an iterator, for which there may be no memory: time would stand still.

  private @Nullable VirtualAlarm busyAlarm() {
    for (int index = 0; index < alarms.size(); index++) {
      VirtualAlarm alarm = alarms.get(index);
      if (!alarm.isAtRest()) {
        return alarm;
      }
    }
    return null;
  }

  private @Nullable VirtualAlarm nextAlarm() {
    VirtualAlarm next = null;
    for (int index = 0; index < alarms.size(); index++) {
      VirtualAlarm alarm = alarms.get(index);
      if (alarm.timed && (next == null || alarm.deadlineNanos - next.deadlineNanos < 0)) {
        next = alarm;
      }
    }
    return next;
  }

  private void advanceIfAllRest() {
    if (autoAdvance && isAtRest()) {
      VirtualAlarm next = nextAlarm();
      if (next != null) {
        setTime(next.deadlineNanos);
      }
    }
    if (lock.hasWaiters(standstill) && standsStill()) {
      standstill.signalAll();
    }
  }

  private boolean isAtRest() {
    return holds.get() == 0 && busyAlarm() == null;
  }

  private boolean standsStill() {
    return isAtRest() && restActions.isEmpty() && !(autoAdvance && nextAlarm() != null);
  }

  /** Returns the next deferred action if all threads are at rest, or null. */
  private @Nullable Runnable nextRestAction() {
    return !restActions.isEmpty() && isAtRest() ? restActions.poll() : null;
  }

  @SuppressWarnings("ThreadPriorityCheck") // lets the owner of the lock have the processor
  private void acquire() {
    while (!lock.tryLock()) {
      Thread.yield();
    }
  }

  /** Fields are guarded by the clock's lock, except {@link #woken}. */
  private final class VirtualAlarm implements Alarm {
    private final Thread thread;
    private boolean waiting;
    private boolean timed;
    private long deadlineNanos;

    /**
     * Set by any thread without the lock, because virtual threads wake the thread that carries
     * them. Cleared by the alarm's thread when it no longer counts as waiting. A thread that finds
     * all others at rest also sees each mark that one of them set before it came to rest.
     */
    private volatile boolean woken;

    VirtualAlarm(Thread thread) {
      this.thread = thread;
    }

    boolean isAtRest() {
      return waiting && !isOver();
    }

    boolean isDue() {
      return timed && deadlineNanos - nowNanos <= 0;
    }

    private boolean isOver() {
      return woken || isDue();
    }

    @Override
    public void awaitUntil(long deadlineNanos) {
      waitUntilOver(true, deadlineNanos);
    }

    @Override
    public void await() {
      waitUntilOver(false, 0);
    }

    private void waitUntilOver(boolean timed, long deadlineNanos) {
      Runnable action;
      acquire();
      try {
        this.timed = timed;
        this.deadlineNanos = deadlineNanos;
        waiting = true;
        action = nextRestAction();
        if (action == null) {
          changed.signalAll();
          advanceIfAllRest();
        } else {
          woken = true; // Not at rest until the action and its consequences are done.
        }
      } finally {
        lock.unlock();
      }
      if (action != null) {
        action.run();
      }
      // Everything read here is written by this thread only, or is volatile and written before an
      // unpark.
      while (!isOver()) {
        LockSupport.park(VirtualClock.this);
        Thread.interrupted(); // an interrupted thread would not park again
      }
      Thread.interrupted();
      acquire();
      try {
        waiting = false;
        this.timed = false;
        woken = false;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void wake() {
      woken = true;
      LockSupport.unpark(thread);
    }

    @Override
    public void close() {
      for (Runnable action = closeOrAct(); action != null; action = closeOrAct()) {
        action.run();
      }
    }

    /**
     * Removes this alarm; but if all others rest and an action was deferred until then, returns
     * that action, which comes first.
     */
    private @Nullable Runnable closeOrAct() {
      acquire();
      try {
        waiting = true;
        timed = false;
        woken = false;
        Runnable action = nextRestAction();
        waiting = false;
        if (action == null) {
          alarms.remove(this);
          changed.signalAll();
          advanceIfAllRest();
        }
        return action;
      } finally {
        lock.unlock();
      }
    }
  }
}
