package io.tourbillon.timer;

import io.tourbillon.timer.internal.Refusals;
import io.tourbillon.timer.internal.TickScale;
import io.tourbillon.timer.internal.ordered.OrderedQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The timers of all executor views of a service, in one order: by deadline, then by submission.
 *
 * <p>All threads share one lock, because they share one order; the JDK's own executor does the
 * same. Callers hold it for tens of nanoseconds. The driver holds it for one timer, or for 256
 * steps at the beginning of a tick in which many timers are due. A service has this shard from its
 * first view on.
 *
 * <p>A timer that the driver has taken out still counts as pending and can be cancelled: a timer
 * that runs once until its task begins, a periodic timer until it ends.
 */
final class OrderedShard extends AbstractShard<OrderedTimer> {
  // Guarded by the lock.
  private final OrderedQueue<OrderedTimer> queue;

  private final ServiceParts parts;

  /** Timers that are not in the queue and have not ended: TAKEN, or RUNNING. */
  private long out;

  OrderedShard(ServiceParts parts) {
    super(parts);
    this.parts = parts;
    queue = new OrderedQueue<>(scale.tickNanos());
  }

  // Operations of callers.

  /** As for {@link ServiceParts#requireOwner}. */
  void requireOwner() {
    parts.requireOwner();
  }

  /** The deadline after a delay, in elapsed time; never in the past. */
  long deadlineNanos(long delayNanos) {
    long now = elapsedNanos();
    return delayNanos <= 0 ? now : TickScale.deadlineNanos(now, delayNanos);
  }

  /**
   * Arms a timer that is new.
   *
   * @param deadlineNanos in elapsed time
   * @throws java.util.concurrent.RejectedExecutionException after a shutdown, or if the limit of
   *     timers is reached
   */
  void arm(OrderedTimer timer, long deadlineNanos) {
    // A timer without a delay gets a past tick, so the driver looks at once.
    arm(timer, deadlineNanos, timer.isDelayed ? scale.tickAtOrAfter(deadlineNanos) : 0);
  }

  @Override
  long insert(OrderedTimer timer, long deadlineNanos, long tick) {
    long nowNanos = timer.isDelayed ? 0 : elapsedNanos();
    lock.lock();
    try {
      requireOpen();
      if (timer.isDelayed) {
        // Room for the return comes last: if there is no memory for it, the timer is removed again.
        queue.add(timer, deadlineNanos);
        if (timer.isPeriodic()) {
          reserveReturn(timer);
        }
      } else {
        if (timer.isPeriodic()) {
          queue.reserveReturn();
        }
        queue.addReady(timer, nowNanos);
      }
      return timer.id();
    } finally {
      lock.unlock();
    }
  }

  private void reserveReturn(OrderedTimer timer) {
    try {
      queue.reserveReturn();
    } catch (OutOfMemoryError full) {
      queue.remove(timer);
      throw full;
    }
  }

  /** Ends a timer that has not begun, or a periodic one that has not ended. */
  void cancel(OrderedTimer timer) {
    if (remove(timer)) {
      afterCancel(timer.id());
    }
  }

  /** Removes a timer; false if it has ended. */
  private boolean remove(OrderedTimer timer) {
    lock.lock();
    try {
      switch (timer.phase) {
        case QUEUED -> {
          if (!queue.remove(timer)) {
            return false;
          }
        }
        case TAKEN, RUNNING -> out--;
        case ENDED -> {
          return false;
        }
      }
      end(timer);
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void end(OrderedTimer timer) {
    timer.phase = OrderedTimer.Phase.ENDED;
    if (timer.isPeriodic()) {
      queue.releaseReturn();
    }
  }

  /** The deadline of a timer, in elapsed time. */
  long deadlineNanos(OrderedTimer timer) {
    lock.lock();
    try {
      return timer.deadlineNanos();
    } finally {
      lock.unlock();
    }
  }

  // Operations of the driver.

  /**
   * Takes out the first timer that is due.
   *
   * @param limitNanos the time by which it must be due, in elapsed time
   * @param nowNanos the current elapsed time, from which lateness is counted
   * @return null if none is due
   */
  @Nullable OrderedTimer take(long limitNanos, long nowNanos) {
    while (true) {
      lock.lock();
      try {
        if (queue.advance(limitNanos)) {
          OrderedTimer timer = queue.poll(limitNanos);
          if (timer != null) {
            timer.phase = OrderedTimer.Phase.TAKEN;
            out++;
            if (stats != null) {
              stats.recordTaken(nowNanos - scale.startNanos(dueTick(timer)), nowNanos);
            }
          }
          return timer;
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** The end of the tick in which the deadline lies, as for any timer. */
  long dueTick(OrderedTimer timer) {
    return scale.tickAtOrAfter(timer.deadlineNanos());
  }

  /** The next event, or a tick that is past if something is due at once. */
  @Override
  long nextEventTick() {
    lock.lock();
    try {
      return queue.nextTick();
    } finally {
      lock.unlock();
    }
  }

  @Override
  long peekEventTick() {
    lock.lock();
    try {
      return queue.peekTick();
    } finally {
      lock.unlock();
    }
  }

  @Override
  boolean isCascadeEarlier() {
    return queue.isCascadeEarlier();
  }

  @Override
  boolean isTrimmable() {
    return queue.isTrimmable();
  }

  @Override
  boolean trim(int pages) {
    lock.lock();
    try {
      queue.trim(pages);
      return queue.isTrimmable();
    } finally {
      lock.unlock();
    }
  }

  // Called before and after a run, by the driver or an executor's thread.

  /** TAKEN -> RUNNING or ENDED: false if the timer was cancelled before. */
  boolean begin(OrderedTimer timer) {
    lock.lock();
    try {
      if (timer.phase != OrderedTimer.Phase.TAKEN) {
        return false;
      }
      if (stats != null) {
        stats.runs++;
      }
      if (timer.isPeriodic()) {
        timer.phase = OrderedTimer.Phase.RUNNING;
      } else {
        endRun(timer);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void endRun(OrderedTimer timer) {
    out--;
    if (stats != null) {
      stats.fired++;
    }
    end(timer);
  }

  /**
   * Queues a periodic timer for its next run, unless it was cancelled meanwhile, has failed, or the
   * shard was closed.
   */
  void settle(OrderedTimer timer, boolean failed) {
    long nextNanos = timer.task().nextDeadlineNanos(elapsedNanos());
    switch (settleUnderLock(timer, failed, nextNanos)) {
      case AGAIN -> waker.armed(this, scale.tickAtOrAfter(nextNanos));
      case ENDED -> {
        releasePermits(1);
        if (!failed) {
          timer.task().handedBack(Refusals.of(Refusals.SHUT_DOWN, null));
        }
      }
      case WAS_ENDED -> {}
    }
  }

  /** How a run has left a periodic timer. */
  private enum Settled {
    /** It is queued for its next run. */
    AGAIN,
    /** It has ended with this run. */
    ENDED,
    /** It was cancelled during the run. */
    WAS_ENDED
  }

  private Settled settleUnderLock(OrderedTimer timer, boolean stop, long nextDeadlineNanos) {
    lock.lock();
    try {
      if (timer.phase != OrderedTimer.Phase.RUNNING) {
        return Settled.WAS_ENDED;
      }
      if (stop || isClosed()) {
        endRun(timer);
        return Settled.ENDED;
      }
      queue.addAgain(timer, nextDeadlineNanos);
      timer.phase = OrderedTimer.Phase.QUEUED;
      out--;
      return Settled.AGAIN;
    } finally {
      lock.unlock();
    }
  }

  // Shutdown and observation.

  @Override
  int pageCount() {
    lock.lock();
    try {
      return queue.pageCount();
    } finally {
      lock.unlock();
    }
  }

  @Override
  void drain(int page, HandBack handBack) {
    lock.lock();
    try {
      List<OrderedTimer> timers = new ArrayList<>();
      queue.visit(
          page,
          new Consumer<>() {
            @Override
            public void accept(OrderedTimer timer) {
              timers.add(timer);
            }
          });
      handBack.reserve(timers.size());
      for (OrderedTimer timer : timers) {
        queue.remove(timer);
        end(timer);
        handBack.add(timer.id(), timer.task());
      }
      if (stats != null) {
        stats.handedBack += timers.size();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  void visit(int page, DumpCounter counter) {
    lock.lock();
    try {
      queue.visit(
          page,
          new Consumer<>() {
            @Override
            public void accept(OrderedTimer timer) {
              counter.count(dueTick(timer), timer.tag(), NotedTask.siteOf(timer.noted()));
            }
          });
    } finally {
      lock.unlock();
    }
  }

  @Override
  void addTo(StatsSnapshot snapshot) {
    lock.lock();
    try {
      snapshot.add(stats, 0, 0, queue.added(), queue.sizeByLevel(), queue.size() + out);
    } finally {
      lock.unlock();
    }
  }

  @Override
  long pending() {
    lock.lock();
    try {
      return queue.size() + out;
    } finally {
      lock.unlock();
    }
  }
}
