package io.tourbillon.timer;

import io.tourbillon.timer.internal.TickScale;
import io.tourbillon.timer.wheel.TimerVisitor;
import io.tourbillon.timer.wheel.TimingWheel;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A wheel with the lock that guards it, and everything else that the lock guards: the phases of the
 * timers with handles, and the counts.
 *
 * <p>Callers hold the lock for one operation, tens of nanoseconds; the driver for one batch, at
 * most {@value Batch#CAPACITY} steps.
 */
final class Shard extends AbstractShard {
  /** Bits of an id that name the entry in the wheel; the five above them name the shard. */
  private static final int INDEX_BITS = 26;

  /** What {@link #settle} answers if it ended the timer, or found it ended. */
  static final long ENDED = -1;

  static final long WAS_ENDED = -2;

  /** What it answers if the timer has missed a run and is to make up for it at once. */
  static final long RUN_AGAIN = -3;

  static final int MAX_SHARDS = 1 << (31 - INDEX_BITS);
  private static final long SHARD_BITS = (MAX_SHARDS - 1L) << INDEX_BITS;

  /**
   * Set in the ids of timers with handles. Without it a cancel need not look at the task at all.
   */
  private static final long HANDLE_BIT = 1L << 31;

  private static final VarHandle BEGUN_ONCE = counter("begunOnce");
  private static final VarHandle BEGUN_PERIODIC = counter("begunPeriodic");

  /** For timers with handles, which know only their shard. */
  final ShardedTimerService service;

  private final long idBits;
  private final TimingWheel<Object> wheel = new TimingWheel<>(0, 1 << INDEX_BITS);

  /**
   * Timers with handles that batches have taken, less those that were cancelled or armed again
   * since. One that fires once stays in this number when it has begun: it is in {@link #begunOnce}
   * then.
   */
  private long taken;

  /**
   * Periodic timers, in RUNNING, that could not be armed for want of memory, the last one first.
   */
  private @Nullable PeriodicTimer stranded;

  /**
   * Timers that fire once and have begun, ever. Added to without the lock, by the thread that runs
   * the task. Only what is in {@link #taken} can begin, so a reader that has the lock and reads
   * this last never finds more begun than taken.
   */
  @SuppressWarnings("unused") // By its VarHandle.
  private volatile long begunOnce;

  /** Runs of periodic timers that have begun, ever; added to as above. */
  @SuppressWarnings("unused") // By its VarHandle.
  private volatile long begunPeriodic;

  Shard(ShardedTimerService service, int number, boolean recordStats) {
    super(recordStats);
    this.service = service;
    idBits = (long) number << INDEX_BITS;
  }

  private static VarHandle counter(String name) {
    try {
      return MethodHandles.lookup().findVarHandle(Shard.class, name, long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** The number of the shard that an id names; there may be no such shard. */
  static int numberOf(long id) {
    return (int) (id >>> INDEX_BITS) & (MAX_SHARDS - 1);
  }

  static boolean isOfHandle(long id) {
    return (id & HANDLE_BIT) != 0;
  }

  long publicId(long wheelId, Object armed) {
    return wheelId | idBits | (armed instanceof ScheduledTimer ? HANDLE_BIT : 0);
  }

  private static long wheelId(long id) {
    return id & ~(SHARD_BITS | HANDLE_BIT);
  }

  // Operations of callers.

  /** Arms a task without a handle and returns its id. */
  long arm(long deadlineTick, Runnable task) {
    lock.lock();
    try {
      requireOpen();
      return put(deadlineTick, task) | idBits;
    } finally {
      lock.unlock();
    }
  }

  /** Arms a timer with a handle, which is new, and returns its id. */
  long arm(long deadlineTick, ScheduledTimer timer) {
    lock.lock();
    try {
      requireOpen();
      long id = put(deadlineTick, timer) | idBits | HANDLE_BIT;
      timer.armed(id);
      return id;
    } finally {
      lock.unlock();
    }
  }

  /** Cancels a task without a handle and says whether the id was not stale. */
  boolean cancel(long id) {
    lock.lock();
    try {
      return wheel.cancel(wheelId(id)) != null;
    } finally {
      lock.unlock();
    }
  }

  /** The timer that an id with the bit of handles names, or null if it is stale. */
  @Nullable ScheduledTimer find(long id) {
    lock.lock();
    try {
      return wheel.task(wheelId(id)) instanceof ScheduledTimer timer ? timer : null;
    } finally {
      lock.unlock();
    }
  }

  /** Cancels by handle and returns the task, or null if the timer had ended or begun. */
  @Nullable Runnable cancel(ScheduledTimer timer) {
    lock.lock();
    try {
      if (timer.isArmed()) {
        wheel.cancel(wheelId(timer.id()));
      } else if (timer.isOut()
          && (timer.leaveBatch(ScheduledTimer.CANCELLED) || timer.isRunning())) {
        taken--;
      } else {
        return null;
      }
      return timer.end(ScheduledTimer.CANCELLED);
    } finally {
      lock.unlock();
    }
  }

  /** Gives a task without a handle a new deadline and says whether the id was not stale. */
  boolean rearm(long id, long deadlineTick) {
    lock.lock();
    try {
      if (!wheel.rearm(wheelId(id), deadlineTick)) {
        return false;
      }
      countRescheduled();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Gives a timer a new deadline and returns its id, or 0 if it had ended or begun. */
  long rearm(ScheduledTimer timer, long deadlineNanos, long deadlineTick) {
    lock.lock();
    try {
      if (timer.isArmed()) {
        wheel.rearm(wheelId(timer.id()), deadlineTick);
      } else if (!timer.isOut() || !(armAgain(timer, deadlineTick) || timer.isRunning())) {
        return 0;
      }
      timer.rescheduled(deadlineNanos);
      countRescheduled();
      return timer.id();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Puts a timer back into the wheel whose task has not begun, although a batch has taken it. The
   * entry comes first, as that may fail. After a shutdown the timer stays where it is, as nothing
   * would take it out of the wheel again.
   */
  private boolean armAgain(ScheduledTimer timer, long deadlineTick) {
    if (timer.isRunning() || isClosed()) {
      return false;
    }
    long id = put(deadlineTick, timer);
    if (!timer.leaveBatch(ScheduledTimer.ARMED)) {
      wheel.cancel(id);
      countArmedAgain();
      return false;
    }
    timer.armed(id | idBits | HANDLE_BIT);
    taken--;
    countArmedAgain();
    return true;
  }

  private void countArmedAgain() {
    if (stats != null) {
      stats.armedAgain++;
    }
  }

  private void countRescheduled() {
    if (stats != null) {
      stats.rescheduled++;
    }
  }

  TimerHandle.State stateOf(ScheduledTimer timer) {
    lock.lock();
    try {
      return timer.stateUnderLock();
    } finally {
      lock.unlock();
    }
  }

  /** The deadline of a timer, or -1 if it is due, is running or has ended. */
  long deadlineTick(ScheduledTimer timer) {
    lock.lock();
    try {
      return timer.isArmed() ? wheel.deadlineTick(wheelId(timer.id()), -1) : -1;
    } finally {
      lock.unlock();
    }
  }

  /** When a periodic timer is, or was last, to run. */
  long deadlineNanos(PeriodicTimer timer) {
    lock.lock();
    try {
      return timer.deadlineNanos();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whether memory of a peak waits to be given back. Read without the lock: a hint, and if it
   * misses something, the next cancel or the driver's next turn does not.
   */
  boolean isTrimmable() {
    return wheel.isTrimmable();
  }

  /**
   * Whether arming has made the driver's next event earlier than the deadlines armed would by
   * themselves. Read without the lock, after having had it: the flag is either as this thread has
   * left it, or another one has cleared it with {@link #nextEventTick} under the lock since, and
   * tells the driver of all that was armed before that.
   */
  boolean isCascadeEarlier() {
    return wheel.isCascadeEarlier();
  }

  // Operations of the driver.

  /**
   * Takes timers that are due by this tick into the batch.
   *
   * @return whether the wheel has reached the tick, so that there are no more of them
   */
  boolean advance(long tick, Batch batch, TickScale scale, long nowNanos) {
    batch.makeReady(nowNanos);
    lock.lock();
    try {
      wheel.advance(tick, Batch.CAPACITY, batch);
      return wheel.currentTick() >= tick;
    } finally {
      // Also if there was no memory to go on: what is in the batch has left the wheel.
      taken += batch.handles();
      if (stats != null && batch.size() > 0) {
        stats.recordBatch(batch, scale);
      }
      lock.unlock();
    }
  }

  /**
   * The next event, at which the driver has to advance the wheel. A wheel that has none until a
   * tick that is over goes on to it, so that what is armed from now on is placed by its true
   * distance.
   *
   * @param doneTick a tick through which the driver has gone in all shards
   * @param tick the current tick
   * @param batch is not given anything
   */
  long nextEventTick(long doneTick, long tick, Batch batch) {
    lock.lock();
    try {
      long eventTick = wheel.nextEventTick();
      if (stranded != null) {
        eventTick = Math.min(eventTick, tick + 1);
      }
      if (eventTick > doneTick && wheel.currentTick() < doneTick) {
        wheel.advance(doneTick, 1, batch);
      }
      return eventTick;
    } finally {
      lock.unlock();
    }
  }

  long nextEventTick() {
    lock.lock();
    try {
      return wheel.nextEventTick();
    } finally {
      lock.unlock();
    }
  }

  /** The next event, for observers: leaves {@link #isCascadeEarlier} as it is. */
  long peekEventTick() {
    lock.lock();
    try {
      return wheel.peekEventTick();
    } finally {
      lock.unlock();
    }
  }

  /** Gives back some memory, and says whether there is more. */
  boolean trim(int pages) {
    lock.lock();
    try {
      wheel.trim(pages);
      return wheel.isTrimmable();
    } finally {
      lock.unlock();
    }
  }

  // Operations before and after a run, by the driver or an executor's thread.

  /** Follows the beginning of the task of a timer that fires once. */
  void begunOnce() {
    BEGUN_ONCE.getAndAdd(this, 1L);
  }

  /** Follows the beginning of a run of a periodic timer. */
  void begunPeriodic() {
    BEGUN_PERIODIC.getAndAdd(this, 1L);
  }

  /**
   * Arms a periodic timer for its next run, unless it was cancelled meanwhile, is to stop, or the
   * shard was closed.
   *
   * @param mayRunAgain whether it may answer RUN_AGAIN, after which it is to be called again
   * @return the tick by which the driver has to look at the shard, ENDED if this ended the timer,
   *     WAS_ENDED or RUN_AGAIN
   */
  long settle(
      PeriodicTimer timer, boolean stop, boolean mayRunAgain, TickScale scale, long nowNanos) {
    lock.lock();
    try {
      // Not running: cancelled meanwhile, or settled by an executor that ran the task and then
      // threw.
      if (!timer.isRunning()) {
        return WAS_ENDED;
      }
      if (stop || isClosed()) {
        taken--;
        timer.end(ScheduledTimer.FIRED);
        if (stats != null) {
          stats.fired++;
        }
        return ENDED;
      }
      long tickNanos = scale.startNanos(scale.tickAt(nowNanos));
      long deadlineNanos = timer.nextDeadlineNanos(nowNanos, tickNanos);
      if (mayRunAgain && timer.isBurst() && deadlineNanos <= tickNanos) {
        begunPeriodic();
        return RUN_AGAIN;
      }
      long tick = scale.tickAtOrAfter(deadlineNanos);
      if (deadlineNanos <= tickNanos) {
        // A long burst goes on in the next tick, after the other timers that are due by now.
        tick = scale.tickAt(nowNanos) + 1;
      }
      try {
        timer.armed(put(tick, timer) | idBits | HANDLE_BIT);
      } catch (OutOfMemoryError full) {
        strand(timer);
        return scale.tickAt(nowNanos) + 1;
      }
      taken--;
      countArmedAgain();
      return tick;
    } finally {
      lock.unlock();
    }
  }

  /** Keeps a timer that cannot be armed until the driver tries again. Allocates nothing. */
  private void strand(PeriodicTimer timer) {
    timer.strand(stranded);
    stranded = timer;
  }

  /** Whether {@link #takeStranded} may have something. Read without the lock: a hint. */
  boolean hasStranded() {
    return stranded != null;
  }

  /** Takes all timers that could not be armed, as a list linked by them. */
  @Nullable PeriodicTimer takeStranded() {
    lock.lock();
    try {
      PeriodicTimer all = stranded;
      stranded = null;
      return all;
    } finally {
      lock.unlock();
    }
  }

  // Shutdown and observation.

  /** A page has a thousand timers at the most. What callers do between two is as good as before. */
  @Override
  void drain(int page, HandBack handBack) {
    lock.lock();
    try {
      List<Long> ids = new ArrayList<>();
      wheel.visit(
          page,
          new TimerVisitor<>() {
            @Override
            public void visit(long id, long deadlineTick, Object armed) {
              ids.add(id);
            }
          });
      handBack.reserve(ids.size());
      for (long id : ids) {
        Object armed = Objects.requireNonNull(wheel.cancel(id), "a pending timer has a task");
        handBack.add(publicId(id, armed), armed);
      }
      if (page == 0) {
        drainStranded(handBack);
      }
      if (stats != null) {
        stats.handedBack += ids.size();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes out the periodic timers that wait for memory to be armed again. */
  private void drainStranded(HandBack handBack) {
    while (stranded != null) {
      PeriodicTimer timer = stranded;
      handBack.reserve(1);
      stranded = timer.unlinkStranded();
      if (timer.isRunning()) {
        taken--;
        if (stats != null) {
          stats.handedBack++;
        }
        handBack.add(timer.id(), timer);
      }
    }
  }

  int pageCount() {
    lock.lock();
    try {
      return wheel.pageCount();
    } finally {
      lock.unlock();
    }
  }

  /** Shows the pending timers of one page, under the lock. */
  void visit(int page, TimerVisitor<Object> visitor) {
    lock.lock();
    try {
      wheel.visit(page, visitor);
    } finally {
      lock.unlock();
    }
  }

  /** Adds this shard's counts to a snapshot. */
  void addTo(StatsSnapshot snapshot) {
    lock.lock();
    try {
      // Read once: tasks may begin meanwhile.
      long once = begunOnce;
      snapshot.add(
          stats,
          once,
          once + begunPeriodic,
          wheel.armed(),
          wheel.sizeByLevel(),
          wheel.size() + taken - once);
    } finally {
      lock.unlock();
    }
  }

  long pending() {
    lock.lock();
    try {
      return wheel.size() + taken - begunOnce;
    } finally {
      lock.unlock();
    }
  }

  private long put(long deadlineTick, Object armed) {
    try {
      return wheel.arm(deadlineTick, armed);
    } catch (IllegalStateException full) {
      throw new RejectedExecutionException("the shard of this thread is full", full);
    }
  }
}
