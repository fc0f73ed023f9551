package io.tourbillon.timer;

import io.tourbillon.timer.internal.PendingLimit;
import io.tourbillon.timer.internal.Refusals;
import io.tourbillon.timer.internal.SpinningLock;
import io.tourbillon.timer.internal.TickScale;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Timers, the lock that guards them, and the statistics under that lock.
 *
 * <p>A timer goes through a shard in these steps. Each of them is written once, here or in the
 * subclass:
 *
 * <pre>
 *   arm:     permit -> insert (under the lock) -> wake the driver -> tell the listener
 *   cancel:  remove (under the lock) -> release the permit -> ask for a trim -> tell the listener
 *   run:     begin -> [task] -> settle: insert again, or release the permit
 * </pre>
 *
 * <p>Callers hold the lock for one operation, the driver for one batch. No task, listener or
 * executor is ever called under it, and no other lock is taken under it. Nothing here allocates, so
 * that a full heap cannot end an operation half-way.
 *
 * @param <E> the entries: what is armed
 */
abstract class AbstractShard<E extends Runnable> {
  final SpinningLock lock;
  final TickScale scale;
  final Waker waker;
  final Events events;
  final NotedTask.Notes notes;
  private final Clock clock;
  private final PendingLimit limit;

  /** Guarded by the lock; null if nothing is to be recorded. */
  final @Nullable ShardStats stats;

  /** Guarded by the lock. */
  private boolean closed;

  AbstractShard(ServiceParts parts) {
    lock = new SpinningLock(parts.confinement());
    scale = parts.scale();
    clock = parts.clock();
    limit = parts.limit();
    waker = parts.waker();
    events = parts.events();
    notes = parts.notes();
    stats = parts.recordStats() ? new ShardStats() : null;
  }

  final long elapsedNanos() {
    return scale.elapsedNanos(clock.nanoTime());
  }

  // The way of a timer.

  /**
   * Arms an entry. The permit comes first, as no timer may be pending without one; it is given back
   * if the entry could not be inserted.
   *
   * @param deadlineNanos in elapsed time
   * @param tick the tick by which the driver has to look at this shard
   * @return the id of the timer
   * @throws RejectedExecutionException after a shutdown, or if the limit of timers is reached
   */
  final long arm(E entry, long deadlineNanos, long tick) {
    acquirePermit();
    long id;
    try {
      id = insert(entry, deadlineNanos, tick);
    } catch (RuntimeException | Error refusal) {
      releasePermits(1);
      throw refusal;
    }
    afterArm(id, deadlineNanos, tick);
    return id;
  }

  /** Takes the lock and inserts an entry; the parameters are those of {@link #arm}. */
  abstract long insert(E entry, long deadlineNanos, long tick);

  /** Called after a timer was armed, outside the lock; the parameters are those of {@link #arm}. */
  final void afterArm(long id, long deadlineNanos, long tick) {
    waker.armed(this, tick);
    events.scheduled(id, scale.clockNanos(deadlineNanos));
  }

  /** Takes a permit for one timer. Counts a refusal and tells the listener. */
  final void acquirePermit() {
    lock.requireOwner();
    try {
      limit.acquire();
    } catch (RejectedExecutionException refusal) {
      countRejected();
      events.rejected(refusal);
      throw refusal;
    }
  }

  /** Gives back the permits of timers that have ended. */
  final void releasePermits(int timers) {
    limit.release(timers);
    waker.ended();
  }

  /** Called after the cancel of a timer, outside the lock. */
  final void afterCancel(long id) {
    releasePermits(1);
    trimLater();
    events.cancelled(id);
  }

  /** Makes the driver trim this shard if there is memory to give back. */
  final void trimLater() {
    if (isTrimmable()) {
      waker.freed();
    }
  }

  /** Tells the listener that a timer has fired. */
  final void tellFired(long id, long deadlineTick) {
    events.fired(id, Math.max(0, elapsedNanos() - scale.startNanos(deadlineTick)));
  }

  // What the driver and observers ask of any shard.

  /** Whether {@link #trim} has something to do. Read without the lock: a hint. */
  abstract boolean isTrimmable();

  /** Gives back some memory, and says whether there is more. */
  abstract boolean trim(int pages);

  /**
   * Whether arming has made the driver's next event earlier than the deadlines armed would by
   * themselves. Read without the lock, by a thread that has held it. If the thread does not see its
   * own flag any more, another thread has cleared it since with {@link #nextEventTick} under the
   * lock, and wakes the driver for all timers that were armed before.
   */
  abstract boolean isCascadeEarlier();

  /** The next event, at which the driver has to look at this shard. Takes the lock. */
  abstract long nextEventTick();

  /** The next event, for observers: leaves {@link #isCascadeEarlier} as it is. Takes the lock. */
  abstract long peekEventTick();

  /** Timers that have not ended. Takes the lock. */
  abstract long pending();

  /** Adds the counts of this shard to a snapshot. Takes the lock. */
  abstract void addTo(StatsSnapshot snapshot);

  /** Pages of {@link #visit} and {@link #drain}. Takes the lock. */
  abstract int pageCount();

  /** Counts the pending timers of one page. Takes the lock. */
  abstract void visit(int page, DumpCounter counter);

  /**
   * Takes out what is pending in one page, so that callers and driver have the lock between one
   * page and the next. Gets memory for what it hands back before it takes anything out.
   */
  abstract void drain(int page, HandBack handBack);

  /** Refuses timers from now on. */
  final void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  // Called under the lock.

  final boolean isClosed() {
    return closed;
  }

  final void requireOpen() {
    if (closed) {
      throw new RejectedExecutionException(Refusals.SHUT_DOWN);
    }
  }

  // Statistics. Called by any thread.

  /**
   * Records a measured run and returns true if it is one of the slowest, so that {@link
   * #addSlowRun} must follow.
   */
  final boolean recordRun(long waitNanos, long runNanos, int counts) {
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

  final void addSlowRun(SlowRun run) {
    if (stats != null) {
      lock.lock();
      try {
        stats.addSlowRun(run);
      } finally {
        lock.unlock();
      }
    }
  }

  final void countRejected() {
    if (stats != null) {
      lock.lock();
      try {
        stats.rejected++;
      } finally {
        lock.unlock();
      }
    }
  }

  final void countException() {
    if (stats != null) {
      lock.lock();
      try {
        stats.exceptions++;
      } finally {
        lock.unlock();
      }
    }
  }

  final void countPause(long nanos) {
    if (stats != null) {
      lock.lock();
      try {
        stats.pauses++;
        stats.pauseNanos += nanos;
      } finally {
        lock.unlock();
      }
    }
  }

  final void countStall() {
    if (stats != null) {
      lock.lock();
      try {
        stats.stalls++;
      } finally {
        lock.unlock();
      }
    }
  }
}
