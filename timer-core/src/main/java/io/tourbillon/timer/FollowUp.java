package io.tourbillon.timer;

import io.tourbillon.timer.internal.AccountableTask;
import io.tourbillon.timer.internal.TickScale;
import io.tourbillon.timer.internal.observe.FlightRecorder;
import io.tourbillon.timer.internal.observe.LateTimerEvent;
import io.tourbillon.timer.internal.observe.LogMessage;
import io.tourbillon.timer.internal.observe.PauseEvent;
import io.tourbillon.timer.internal.observe.StallEvent;
import java.util.concurrent.RejectedExecutionException;

/**
 * Counts and reports what happens after timers have left the wheel because they were due. Called
 * without a lock, by the driver, by threads of the executor, and for stalls by the watchdog.
 */
final class FollowUp {
  private final Events events;
  private final TickScale scale;
  private final Clock clock;
  private final Waker waker;

  FollowUp(ServiceParts parts) {
    events = parts.events();
    scale = parts.scale();
    clock = parts.clock();
    waker = parts.waker();
  }

  /** Called after a batch was taken, before its tasks run. */
  void fired(Batch batch) {
    batch.shard().releasePermits(batch.size() - batch.handles());
    try {
      tellFired(batch);
    } catch (Throwable failure) {
      events.log(LogMessage.NOT_TOLD, failure);
    }
  }

  private void tellFired(Batch batch) {
    if (FlightRecorder.takesLateTimers()) {
      recordLate(batch);
    }
    if (events.areHeard()) {
      for (int index = 0; index < batch.size(); index++) {
        if (!(batch.task(index) instanceof ScheduledTimer)) {
          batch.shard().tellFired(batch.id(index), batch.deadlineTick(index));
        }
      }
    }
  }

  /**
   * Records late timers. A timer that was armed for a deadline in the past is not in the order of
   * the batch, so all are checked.
   */
  private void recordLate(Batch batch) {
    int late = 0;
    int latest = 0;
    for (int index = 0; index < batch.size(); index++) {
      late += latenessNanos(batch, index) > LateTimerEvent.LATE_NANOS ? 1 : 0;
      latest = batch.deadlineTick(index) < batch.deadlineTick(latest) ? index : latest;
    }
    if (late > 0) {
      LateTimerEvent.record(batch.id(latest), latenessNanos(batch, latest), late);
    }
  }

  private long latenessNanos(Batch batch, int index) {
    return batch.takenNanos() - scale.startNanos(batch.deadlineTick(index));
  }

  /**
   * The task of a timer that could be cancelled until now is about to begin: the timer has fired.
   */
  void begun(AbstractShard<?> shard, long id, long deadlineTick, boolean periodic) {
    if (!periodic) {
      shard.releasePermits(1);
    }
    try {
      if (events.areHeard()) {
        shard.tellFired(id, deadlineTick);
      }
    } catch (Throwable failure) {
      // The task must run: it can no longer be cancelled.
      events.log(LogMessage.NOT_TOLD, failure);
    }
  }

  void taskFailed(AbstractShard<?> shard, long id, Runnable task, Throwable error) {
    shard.countException();
    events.failed(id, TaskName.passedIn(task), error);
  }

  /**
   * A measured run has ended.
   *
   * @param counts how many runs this one represents
   * @return true if the run is one of the slowest, so that {@link #ranSlowly} must follow
   */
  boolean taskRan(AbstractShard<?> shard, long id, long waitNanos, long runNanos, int counts) {
    boolean slow = shard.recordRun(waitNanos, runNanos, counts);
    events.ran(id, runNanos);
    return slow;
  }

  void ranSlowly(AbstractShard<?> shard, String task, long runNanos) {
    SlowRun run = new SlowestRuns.Run(task, runNanos, System.currentTimeMillis());
    shard.addSlowRun(run);
  }

  /**
   * The executor refused the task of a timer that has fired.
   *
   * @param isLast whether to notify those who wait for the task, which ends it for good
   */
  void taskRefused(
      AbstractShard<?> shard, Runnable task, RejectedExecutionException cause, boolean isLast) {
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
   * @param what the consequence for the task
   * @param entry the task, or its timer
   */
  void brokeAroundTask(LogMessage what, Runnable entry, Throwable error) {
    events.log(what, entry, error);
  }

  /** Whether the service was shut down. */
  boolean isStopped() {
    return waker.isStopped();
  }

  /** The heap is full; the driver tries again until there is memory. */
  void outOfMemory(OutOfMemoryError full) {
    events.log(LogMessage.HEAP_FULL, full);
  }

  /** The driver was delayed for another reason than a task. */
  void paused(AbstractShard<?> shard, long nanos) {
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
  void stalled(AbstractShard<?> shard, StallReport report) {
    shard.countStall();
    if (FlightRecorder.takesStalls()) {
      StallEvent.record(report.threadName(), report.heldNanos(), report.stack());
    }
    events.stalled(report);
  }

  long elapsedNanos() {
    return scale.elapsedNanos(clock.nanoTime());
  }
}
