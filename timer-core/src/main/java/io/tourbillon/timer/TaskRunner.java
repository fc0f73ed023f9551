package io.tourbillon.timer;

import io.tourbillon.timer.internal.AccountableTask;
import io.tourbillon.timer.internal.Refusals;
import io.tourbillon.timer.internal.observe.FlightRecorder;
import io.tourbillon.timer.internal.observe.LogMessage;
import io.tourbillon.timer.internal.observe.SlowTaskEvent;
import io.tourbillon.timer.internal.watchdog.Watchdog;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Runs the tasks of a batch, on the driver or by the executor.
 *
 * <p>The steps of a run, as method names: {@link #start} -> ({@link ExecutorHandOff#handOver}) ->
 * {@link #runTimer}: {@link #begin} -> {@link #measureTask} -> {@link #callTask} -> {@link
 * CancellableTimer#settle}.
 */
final class TaskRunner {
  /**
   * In a batch with more tasks than this, one task in 16 is measured, and counts for 16. Measuring
   * takes about 100 ns: two readings of the clock, a lock, two histograms.
   */
  private static final int SAMPLING = 16;

  /** How many missed runs a timer makes up for before other timers get their turn. */
  private static final int MAX_BURST = 64;

  private final FollowUp followUp;
  private final @Nullable Watchdog<?> watchdog;

  /** Null if the driver runs the tasks. */
  private final @Nullable ExecutorHandOff handOff;

  private final Measuring measuring;

  /** Whether the driver's thread was interrupted during a task. Confined to that thread. */
  private boolean interrupted;

  /** Which runs are timed. */
  enum Measuring {
    /** None. */
    OFF,
    /**
     * All runs of a small batch and some of a large one, because reading the clock costs more than
     * many tasks.
     */
    SAMPLED,
    /** All. */
    FULL
  }

  TaskRunner(
      FollowUp followUp,
      @Nullable Executor executor,
      @Nullable Watchdog<?> watchdog,
      @Nullable ExecutorRuns executorRuns,
      Measuring measuring) {
    this.followUp = followUp;
    this.watchdog = watchdog;
    this.measuring = measuring;
    handOff = executor == null ? null : new ExecutorHandOff(this, followUp, executor, executorRuns);
  }

  /** The hand-off to the executor, or null if the driver runs the tasks. */
  @Nullable ExecutorHandOff handOff() {
    return handOff;
  }

  // Called by the driver.

  /** Runs the tasks of a batch, or hands them to the executor. */
  void startAll(Batch batch) {
    if (watchdog == null) {
      startEach(batch);
      return;
    }
    watchdog.begin();
    try {
      startEach(batch);
    } finally {
      watchdog.end();
    }
  }

  private void startEach(Batch batch) {
    Measuring howMuch = measuringNow();
    for (int index = 0; index < batch.size(); index++) {
      if (watchdog != null) {
        watchdog.nextTask();
      }
      try {
        start(
            batch.shard(),
            batch.id(index),
            batch.task(index),
            batch.deadlineTick(index),
            batch.takenNanos(),
            counts(index, batch.size(), howMuch));
      } catch (Throwable error) {
        // The other tasks of the batch have fired and must run.
        abandon(batch.shard(), batch.task(index), error);
      }
      // An interrupt status that one task leaves behind is not meant for the next.
      interrupted |= Thread.interrupted();
    }
  }

  /**
   * Runs the task of an executor view, or hands it to the executor.
   *
   * @param index how many such tasks have run since the last other work of the driver
   */
  void startOrdered(OrderedTimer timer, long takenNanos, int index) {
    if (watchdog != null) {
      watchdog.begin();
    }
    OrderedShard shard = timer.shard;
    try {
      start(
          shard,
          timer.id(),
          timer,
          shard.dueTick(timer),
          takenNanos,
          counts(index, index < SAMPLING ? 1 : Integer.MAX_VALUE, measuringNow()));
    } catch (Throwable error) {
      abandon(shard, timer, error);
    } finally {
      interrupted |= Thread.interrupted();
      if (watchdog != null) {
        watchdog.end();
      }
    }
  }

  /** Whether the thread was interrupted since the last call, so that it can interrupt itself. */
  boolean takeInterrupt() {
    boolean taken = interrupted;
    interrupted = false;
    return taken;
  }

  /**
   * Called once for each batch. While slow tasks are recorded, every run is measured, because a
   * slow one may not be in the sample.
   */
  private Measuring measuringNow() {
    return FlightRecorder.takesSlowTasks() ? Measuring.FULL : measuring;
  }

  /** How many runs this run stands for in the statistics, or 0 if it is not measured. */
  private static int counts(int index, int size, Measuring howMuch) {
    if (howMuch == Measuring.OFF) {
      return 0;
    }
    if (howMuch == Measuring.FULL || size <= SAMPLING) {
      return 1;
    }
    return index % SAMPLING == 0 ? Math.min(SAMPLING, size - index) : 0;
  }

  private void start(
      AbstractShard<?> shard,
      long id,
      Runnable entry,
      long deadlineTick,
      long takenNanos,
      int counts) {
    if (handOff == null) {
      runTimer(shard, id, entry, deadlineTick, takenNanos, counts, null);
    } else {
      int counted = measuring == Measuring.OFF ? Math.min(1, counts) : 1;
      handOff.handOver(shard, id, entry, deadlineTick, takenNanos, counted);
    }
  }

  // Called by the driver, or by a thread of the executor.

  /**
   * Runs the task of a timer that has left the wheel.
   *
   * @param entry the task, or the timer if it has a handle
   * @param takenNanos when it was taken out, in elapsed time
   * @param counts how many runs this one counts for; 0 if it is not measured
   * @param watched the run as the watchdog sees it, if a thread of the executor runs the task
   */
  void runTimer(
      AbstractShard<?> shard,
      long id,
      Runnable entry,
      long deadlineTick,
      long takenNanos,
      int counts,
      ExecutorRuns.@Nullable Run watched) {
    Runnable task = begin(shard, entry, id, deadlineTick);
    if (task == null) {
      return;
    }
    boolean failed = measureTask(shard, id, entry, task, takenNanos, counts);
    if (!(entry instanceof CancellableTimer timer)) {
      return;
    }
    for (int runs = 1; timer.settle(task, failed, false, runs < MAX_BURST); runs++) {
      if (watched != null) {
        watched.beginAgain();
      } else if (watchdog != null) {
        watchdog.nextRun();
      }
      // No batch has taken this run: it is due now.
      long againNanos = counts == 0 ? 0 : followUp.elapsedNanos();
      failed = measureTask(shard, id, entry, task, againNanos, Math.min(1, counts));
    }
  }

  /** Begins a run. Returns the task, or null if the timer was cancelled or rescheduled before. */
  private @Nullable Runnable begin(
      AbstractShard<?> shard, Runnable entry, long id, long deadlineTick) {
    if (!(entry instanceof CancellableTimer timer)) {
      return entry;
    }
    Runnable task = timer.begin();
    if (task != null) {
      followUp.begun(shard, id, deadlineTick, timer.isPeriodic());
    }
    return task;
  }

  /** Runs a task, measures it if {@code counts} is not 0, and returns true if the task threw. */
  private boolean measureTask(
      AbstractShard<?> shard, long id, Runnable entry, Runnable task, long takenNanos, int counts) {
    if (counts == 0) {
      return callTask(shard, id, task);
    }
    long startNanos = followUp.elapsedNanos();
    SlowTaskEvent event = beginSlowTask();
    boolean failed = callTask(shard, id, task);
    long runNanos = followUp.elapsedNanos() - startNanos;
    try {
      if (event != null && event.ended()) {
        event.record(TaskName.of(entry, task), id, startNanos - takenNanos, runNanos);
      }
      if (followUp.taskRan(shard, id, startNanos - takenNanos, runNanos, counts)) {
        followUp.ranSlowly(shard, TaskName.of(entry, task), runNanos);
      }
    } catch (Throwable failure) {
      // A failure to record must not end the timer.
      followUp.brokeAroundTask(LogMessage.RUN_NOT_RECORDED, task, failure);
    }
    return failed;
  }

  /** Returns null if slow tasks are not recorded, or there is no memory for an event. */
  private static @Nullable SlowTaskEvent beginSlowTask() {
    try {
      return FlightRecorder.takesSlowTasks() ? SlowTaskEvent.begun() : null;
    } catch (OutOfMemoryError full) {
      return null;
    }
  }

  /** Runs a task and returns true if it threw. */
  private boolean callTask(AbstractShard<?> shard, long id, Runnable task) {
    try {
      runUsers(task);
      return false;
    } catch (Throwable error) {
      // Not even an Error may end the driver, on which all other timers depend.
      followUp.taskFailed(shard, id, task, error);
      return true;
    }
  }

  /** A method of its own, by which BlockHound knows where code of users begins. */
  private static void runUsers(Runnable task) {
    task.run();
  }

  // When a task does not run.

  /**
   * Called when the executor has refused a task.
   *
   * @param isOver whether the executor will never run anything again
   */
  void refused(
      AbstractShard<?> shard,
      long id,
      Runnable entry,
      long deadlineTick,
      Throwable refusal,
      boolean isOver) {
    Runnable task = begin(shard, entry, id, deadlineTick);
    if (task == null) {
      return;
    }
    try {
      // A lack of memory does not end a periodic task, not even that of a view, which a refusal
      // would end.
      boolean isLast = isOver || !(refusal instanceof OutOfMemoryError && isPeriodic(entry));
      followUp.taskRefused(shard, task, asRejection(refusal), isLast);
    } catch (Throwable failure) {
      // The timer must go on.
      followUp.brokeAroundTask(LogMessage.REFUSAL_NOT_TOLD, task, failure);
    }
    if (entry instanceof CancellableTimer timer) {
      boolean _ = timer.settle(task, false, isOver, false);
    }
  }

  private static boolean isPeriodic(Runnable entry) {
    return entry instanceof CancellableTimer timer && timer.isPeriodic();
  }

  private static RejectedExecutionException asRejection(Throwable refusal) {
    if (refusal instanceof RejectedExecutionException rejected) {
      return rejected;
    }
    return Refusals.of(
        refusal instanceof OutOfMemoryError
            ? Refusals.NO_MEMORY_FOR_EXECUTOR
            : Refusals.EXECUTOR_FAILED,
        refusal);
  }

  /**
   * Ends a timer after a failure of this library; otherwise it would stay pending for ever. Throws
   * nothing.
   */
  void abandon(AbstractShard<?> shard, Runnable entry, Throwable error) {
    followUp.brokeAroundTask(LogMessage.NOT_SETTLED, entry, error);
    try {
      Runnable task = begin(shard, entry, 0, 0);
      RejectedExecutionException why = Refusals.of(Refusals.NOT_STARTED, error);
      if (task instanceof AccountableTask accountable) {
        accountable.refused(why);
      }
      if (entry instanceof CancellableTimer timer) {
        timer.abandon(task, why);
      }
    } catch (Throwable again) {
      // The error that led here has been logged.
    }
  }
}
