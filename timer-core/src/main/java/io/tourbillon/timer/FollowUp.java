package io.tourbillon.timer;

import io.tourbillon.timer.internal.AccountableTask;
import io.tourbillon.timer.internal.TickScale;
import java.util.concurrent.RejectedExecutionException;

/**
 * What follows when timers have left the wheel by themselves: permits are freed, periodic timers
 * are armed again, and whoever listens is told. Called by the driver and by the executor's threads,
 * and by the watchdog's of a stall, under no lock.
 */
final class FollowUp {
  private final Events events;
  private final PendingLimit limit;
  private final TickScale scale;
  private final Clock clock;
  private final Waker waker;

  FollowUp(Events events, PendingLimit limit, TickScale scale, Clock clock, Waker waker) {
    this.events = events;
    this.limit = limit;
    this.scale = scale;
    this.clock = clock;
    this.waker = waker;
  }

  /** Follows a batch that was taken, before its tasks run. */
  void fired(Batch batch) {
    limit.release(batch.size() - batch.handles());
    try {
      tellFired(batch);
    } catch (Throwable failure) {
      events.log(LogMessage.NOT_TOLD, failure);
    }
  }

  private void tellFired(Batch batch) {
    if (FlightRecorder.takesLateTimers()) {
      LateTimerEvent.record(batch, scale);
    }
    if (events.areHeard()) {
      for (int index = 0; index < batch.size(); index++) {
        if (!(batch.task(index) instanceof ScheduledTimer)) {
          tellFired(batch.id(index), batch.deadlineTick(index));
        }
      }
    }
  }

  /** The task of a timer that could be cancelled until now is about to begin: it has fired. */
  void begun(long id, long deadlineTick, boolean periodic) {
    if (!periodic) {
      limit.release(1);
    }
    try {
      if (events.areHeard()) {
        tellFired(id, deadlineTick);
      }
    } catch (Throwable failure) {
      // The task must run, which nobody can cancel any more.
      events.log(LogMessage.NOT_TOLD, failure);
    }
  }

  private void tellFired(long id, long deadlineTick) {
    events.fired(id, Math.max(0, elapsedNanos() - scale.startNanos(deadlineTick)));
  }

  /**
   * Arms a periodic timer for its next run, if there is to be one.
   *
   * @param task what has run
   * @param mayRunAgain whether a run that was missed may be made up for at once
   * @return whether it is to be
   */
  boolean settle(PeriodicTimer timer, Runnable task, boolean stop, boolean mayRunAgain) {
    long nowNanos = elapsedNanos();
    long tick;
    RejectedExecutionException end = null;
    try {
      tick = timer.shard.settle(timer, stop, mayRunAgain, scale, nowNanos);
    } catch (RuntimeException full) {
      // The wheel is full: this timer cannot go on. It ends first and then says so.
      tick = timer.shard.settle(timer, true, false, scale, nowNanos);
      events.log(LogMessage.NOT_ARMED_AGAIN, full);
      end = Refusals.of(Refusals.NOT_ARMED_AGAIN, full);
    }
    if (tick >= 0) {
      waker.armed(timer.shard, tick);
    } else if (tick == Shard.ENDED) {
      limit.release(1);
      if (task instanceof AccountableTask accountable && !stop) {
        accountable.handedBack(end == null ? Refusals.of(Shard.SHUT_DOWN, null) : end);
      }
    } else if (tick == Shard.RUN_AGAIN && events.areHeard()) {
      tellFired(timer.id(), scale.tickAtOrAfter(timer.shard.deadlineNanos(timer)));
    }
    return tick == Shard.RUN_AGAIN;
  }

  /** Arms the periodic timers of a shard for which there was no memory when they had run. */
  void armStranded(Shard shard) {
    for (PeriodicTimer timer = shard.takeStranded(); timer != null; ) {
      PeriodicTimer next = timer.unlinkStranded();
      Runnable task = timer.task;
      if (task != null) {
        settle(timer, task, false, false);
      }
      timer = next;
    }
  }

  /** Queues a periodic task of an executor view for its next run, if there is to be one. */
  void settle(OrderedTimer timer, boolean failed) {
    long nextNanos = timer.task.nextDeadlineNanos(elapsedNanos());
    switch (timer.shard.settle(timer, failed, nextNanos)) {
      case AGAIN -> waker.armed(scale.tickAtOrAfter(nextNanos));
      case ENDED -> {
        limit.release(1);
        if (!failed) {
          timer.task.handedBack(Refusals.of(AbstractShard.SHUT_DOWN, null));
        }
      }
      case WAS_ENDED -> {}
    }
  }

  void taskFailed(AbstractShard shard, long id, Runnable task, Throwable error) {
    shard.countException();
    events.failed(id, TaskName.passedIn(task), error);
  }

  /**
   * A measured run has ended.
   *
   * @param counts for how many runs it stands
   * @return whether it is one of the slowest, so that {@link #ranSlowly} is to follow
   */
  boolean taskRan(AbstractShard shard, long id, long waitNanos, long runNanos, int counts) {
    boolean slow = shard.recordRun(waitNanos, runNanos, counts);
    events.ran(id, runNanos);
    return slow;
  }

  void ranSlowly(AbstractShard shard, String task, long runNanos) {
    SlowRun run = new SlowRun(task, runNanos, System.currentTimeMillis());
    shard.addSlowRun(run);
  }

  /**
   * The executor refused the task of a timer that has fired.
   *
   * @param isLast whether whoever waits for the task is told, as that ends what is behind it
   */
  void taskRefused(
      AbstractShard shard, Runnable task, RejectedExecutionException cause, boolean isLast) {
    shard.countRejected();
    events.rejected(cause);
    events.notRun(TaskName.passedIn(task), LogMessage.REFUSED, cause);
    if (isLast && task instanceof AccountableTask accountable) {
      accountable.refused(cause);
    }
  }

  /**
   * One of our own callbacks threw, an adapter's for instance.
   *
   * @param what says what it means for the task
   * @param timer what stood in the wheel, or the task
   */
  void brokeAroundTask(LogMessage what, Object timer, Throwable error) {
    events.log(what, timer, error);
  }

  /** Whether the service was shut down. */
  boolean isStopped() {
    return waker.isStopped();
  }

  /** The heap is full, and the driver tries again until it is not. */
  void outOfMemory(OutOfMemoryError full) {
    events.log(LogMessage.HEAP_FULL, full);
  }

  /** The driver was held up through no task's fault. */
  void paused(AbstractShard shard, long nanos) {
    shard.countPause(nanos);
    try {
      if (FlightRecorder.takesPauses()) {
        PauseEvent.record(nanos);
      }
    } catch (Throwable failure) {
      events.log(LogMessage.PAUSE_NOT_RECORDED, failure);
    }
    events.paused(nanos);
  }

  /** A task holds the driver. */
  void stalled(AbstractShard shard, StallReport report) {
    shard.countStall();
    if (FlightRecorder.takesStalls()) {
      StallEvent.record(report);
    }
    events.stalled(report);
  }

  long elapsedNanos() {
    return scale.elapsedNanos(clock.nanoTime());
  }
}
