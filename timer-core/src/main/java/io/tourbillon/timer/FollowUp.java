package io.tourbillon.timer;

import io.tourbillon.timer.internal.AccountableTask;
import io.tourbillon.timer.internal.TickScale;
import java.util.concurrent.RejectedExecutionException;

/**
 * What is counted and reported when timers have left the wheel by themselves. Called by the driver
 * and by the executor's threads, and by the watchdog's of a stall, under no lock.
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

  /** Follows a batch that was taken, before its tasks run. */
  void fired(Batch batch) {
    batch.shard.releasePermits(batch.size() - batch.handles());
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
          batch.shard.tellFired(batch.id(index), batch.deadlineTick(index));
        }
      }
    }
  }

  /** The task of a timer that could be cancelled until now is about to begin: it has fired. */
  void begun(AbstractShard<?> shard, long id, long deadlineTick, boolean periodic) {
    if (!periodic) {
      shard.releasePermits(1);
    }
    try {
      if (events.areHeard()) {
        shard.tellFired(id, deadlineTick);
      }
    } catch (Throwable failure) {
      // The task must run, which nobody can cancel any more.
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
   * @param counts for how many runs it stands
   * @return whether it is one of the slowest, so that {@link #ranSlowly} is to follow
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
   * @param isLast whether whoever waits for the task is told, as that ends what is behind it
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
   * @param what says what it means for the task
   * @param entry what stood in the wheel, or the task
   */
  void brokeAroundTask(LogMessage what, Runnable entry, Throwable error) {
    events.log(what, entry, error);
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
      StallEvent.record(report);
    }
    events.stalled(report);
  }

  long elapsedNanos() {
    return scale.elapsedNanos(clock.nanoTime());
  }
}
