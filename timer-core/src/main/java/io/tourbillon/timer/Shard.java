package io.tourbillon.timer;

import io.tourbillon.timer.wheel.ExpirySink;
import io.tourbillon.timer.wheel.TimingWheel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A wheel with the lock that guards it, and everything else that the lock guards: the states of the
 * timers in the wheel, and the counts.
 *
 * <p>Callers hold the lock for one operation, tens of nanoseconds; the driver for one batch, at
 * most {@value Batch#CAPACITY} steps. No task, listener or executor is ever called under it.
 */
final class Shard {
  /** Bits of an id that name the entry in the wheel; the five above them name the shard. */
  private static final int INDEX_BITS = 26;

  /** What {@link #settle} answers if it ended the timer, or found it ended. */
  static final long ENDED = -1;

  static final long WAS_ENDED = -2;

  /** What it answers if the timer has missed a run and is to make up for it at once. */
  static final long RUN_AGAIN = -3;

  static final String SHUT_DOWN = "the timer service has been shut down";

  static final int MAX_SHARDS = 1 << (31 - INDEX_BITS);
  private static final long SHARD_BITS = (MAX_SHARDS - 1L) << INDEX_BITS;

  /**
   * Set in the ids of timers with handles. Without it a cancel need not look at the task at all.
   */
  private static final long HANDLE_BIT = 1L << 31;

  /** For timers with handles, which know only their shard. */
  final ShardedTimerService service;

  private final ReentrantLock lock = new ReentrantLock();
  private final long idBits;
  private final TimingWheel<Object> wheel = new TimingWheel<>(0, 1 << INDEX_BITS);
  private final @Nullable ShardStats stats;

  /** Periodic timers that a batch has taken and that have not been settled since. */
  private int running;

  private boolean closed;

  Shard(ShardedTimerService service, int number, boolean recordStats) {
    this.service = service;
    idBits = (long) number << INDEX_BITS;
    stats = recordStats ? new ShardStats() : null;
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
      if (wheel.cancel(wheelId(id)) == null) {
        return false;
      }
      return true;
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

  /** Cancels by handle and returns the task, or null if the timer had ended. */
  @Nullable Runnable cancel(ScheduledTimer timer) {
    lock.lock();
    try {
      if (!timer.isPending()) {
        return null;
      }
      if (timer.isRunning()) {
        running--;
      } else {
        wheel.cancel(wheelId(timer.id()));
      }
      return timer.ended(TimerHandle.State.CANCELLED);
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

  /** Gives a timer a new deadline and returns its id, or 0 if it had ended. */
  long rearm(ScheduledTimer timer, long deadlineNanos, long deadlineTick) {
    lock.lock();
    try {
      if (!timer.isPending()) {
        return 0;
      }
      if (!timer.isRunning()) {
        wheel.rearm(wheelId(timer.id()), deadlineTick);
      }
      timer.rescheduled(deadlineNanos);
      countRescheduled();
      return timer.id();
    } finally {
      lock.unlock();
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

  /** The deadline of a timer, or -1 if it has ended or is running. */
  long deadlineTick(ScheduledTimer timer) {
    lock.lock();
    try {
      return timer.isPending() && !timer.isRunning()
          ? wheel.deadlineTick(wheelId(timer.id()), -1)
          : -1;
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
      running += batch.periodic();
      if (stats != null && batch.size() > 0) {
        stats.recordBatch(batch, scale);
      }
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

  /** The next event, for who only looks and will not wake the driver for it. */
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

  // Operations after a run, by the driver or an executor's thread.

  /**
   * Arms a periodic timer for its next run, unless it was cancelled meanwhile, is to stop, or the
   * shard was closed.
   *
   * @param mayRunAgain whether it may answer RUN_AGAIN, after which it is to be called again
   * @return the deadline tick, ENDED if this ended the timer, WAS_ENDED or RUN_AGAIN
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
      if (stop || closed) {
        running--;
        timer.ended(TimerHandle.State.FIRED);
        if (stats != null) {
          stats.fired++;
        }
        return ENDED;
      }
      long tickNanos = scale.startNanos(scale.tickAt(nowNanos));
      long deadlineNanos = timer.nextDeadlineNanos(nowNanos, tickNanos);
      if (mayRunAgain && timer.isBurst() && deadlineNanos <= tickNanos) {
        if (stats != null) {
          stats.runs++;
        }
        return RUN_AGAIN;
      }
      long tick = scale.tickAtOrAfter(deadlineNanos);
      timer.armed(wheel.arm(tick, timer) | idBits | HANDLE_BIT);
      running--;
      if (stats != null) {
        stats.armedAgain++;
      }
      return tick;
    } finally {
      lock.unlock();
    }
  }

  /** Records a measured run and says whether it is one of the slowest, of which more is noted. */
  boolean recordRun(long waitNanos, long runNanos, int counts) {
    if (stats == null) {
      return false;
    }
    lock.lock();
    try {
      return stats.recordRun(waitNanos, runNanos, counts);
    } finally {
      lock.unlock();
    }
  }

  void count(Consumer<ShardStats> change) {
    if (stats != null) {
      lock.lock();
      try {
        change.accept(stats);
      } finally {
        lock.unlock();
      }
    }
  }

  // Shutdown and observation.

  /** Refuses timers from now on. */
  void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes out what is pending in one page, a thousand timers at the most, so that callers and
   * driver have the lock between one page and the next. What they do then is as good as before.
   *
   * @param reserve is told how many there will be, and gets memory for them before any is taken out
   * @param handBack is given the ids and what was armed, under the lock
   */
  void drain(int page, IntConsumer reserve, ExpirySink<Object> handBack) {
    lock.lock();
    try {
      List<Long> ids = new ArrayList<>();
      wheel.visit(page, (id, deadlineTick, armed) -> ids.add(id));
      reserve.accept(ids.size());
      for (long id : ids) {
        long deadlineTick = wheel.deadlineTick(id, 0);
        Object armed = Objects.requireNonNull(wheel.cancel(id), "a pending timer has a task");
        handBack.expired(publicId(id, armed), deadlineTick, armed);
      }
      if (stats != null) {
        stats.handedBack += ids.size();
      }
    } finally {
      lock.unlock();
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
  void visit(int page, ExpirySink<Object> visitor) {
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
      snapshot.add(stats, wheel.armed(), wheel.sizeByLevel(), (long) wheel.size() + running);
    } finally {
      lock.unlock();
    }
  }

  long pending() {
    lock.lock();
    try {
      return (long) wheel.size() + running;
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

  private void requireOpen() {
    if (closed) {
      throw new RejectedExecutionException(SHUT_DOWN);
    }
  }
}
