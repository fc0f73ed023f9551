package io.tourbillon.timer;

import io.tourbillon.timer.watchdog.Watchdog;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Runs the tasks of a batch, on the driver or by the executor, and follows up what comes of them.
 */
final class TaskRunner {
  /**
   * Of a batch of more tasks than this, one in so many is measured, and counts for as many. That
   * takes some 100 ns: two readings of the clock, a lock, two histograms.
   */
  private static final int SAMPLING = 16;

  /** Missed runs that a timer makes up for before the timers after it get their turn. */
  private static final int MAX_BURST = 64;

  /** The runner whose task this thread runs for an executor, if any. */
  private static final ThreadLocal<@Nullable TaskRunner> RUNNING = new ThreadLocal<>();

  private final FollowUp followUp;
  private final @Nullable Executor executor;
  private final @Nullable Watchdog<?> watchdog;
  private final Measuring measuring;

  /** Which runs are timed. */
  enum Measuring {
    /** None. */
    OFF,
    /**
     * All of a small batch and some of a large one: reading the clock costs more than many tasks.
     */
    SAMPLED,
    /** All. */
    FULL
  }

  TaskRunner(
      FollowUp followUp,
      @Nullable Executor executor,
      @Nullable Watchdog<?> watchdog,
      Measuring measuring) {
    this.followUp = followUp;
    this.executor = executor;
    this.watchdog = watchdog;
    this.measuring = measuring;
  }

  /** Whether the calling thread is running a task of this runner for an executor. */
  boolean isRunningHere() {
    return RUNNING.get() == this;
  }

  void run(Batch batch) {
    if (watchdog == null) {
      startAll(batch);
      return;
    }
    watchdog.begin();
    try {
      startAll(batch);
    } finally {
      watchdog.end();
    }
  }

  private void startAll(Batch batch) {
    // Asked once a batch. Who looks for slow tasks must not miss the one that is no sample.
    Measuring howMuch = FlightRecorder.takesSlowTasks() ? Measuring.FULL : measuring;
    for (int index = 0; index < batch.size(); index++) {
      if (watchdog != null) {
        watchdog.nextTask();
      }
      try {
        start(batch, index, howMuch);
      } catch (Throwable error) {
        // Whatever went wrong around this task, the others of the batch have fired and must run.
        followUp.brokeAroundTask(error);
      }
      // An interrupt that one task leaves behind is not meant for the next.
      Thread.interrupted();
    }
  }

  private void start(Batch batch, int index, Measuring howMuch) {
    Shard shard = batch.shard;
    long id = batch.id(index);
    Object timer = batch.task(index);
    long deadlineTick = batch.deadlineTick(index);
    long takenNanos = batch.takenNanos();
    if (executor == null) {
      run(shard, id, timer, deadlineTick, takenNanos, counts(batch, index, howMuch));
      return;
    }
    int counts = howMuch == Measuring.OFF ? 0 : 1;
    try {
      executor.execute(() -> runForExecutor(shard, id, timer, deadlineTick, takenNanos, counts));
    } catch (Throwable refusal) {
      refused(shard, id, timer, deadlineTick, refusal);
    }
  }

  /** For how many runs that of a task of the batch counts, or 0 if it is not measured. */
  private static int counts(Batch batch, int index, Measuring howMuch) {
    if (howMuch == Measuring.OFF) {
      return 0;
    }
    if (howMuch == Measuring.FULL || batch.size() <= SAMPLING) {
      return 1;
    }
    return index % SAMPLING == 0 ? Math.min(SAMPLING, batch.size() - index) : 0;
  }

  private void runForExecutor(
      Shard shard, long id, Object timer, long deadlineTick, long takenNanos, int counts) {
    TaskRunner outer = RUNNING.get();
    RUNNING.set(this);
    try {
      run(shard, id, timer, deadlineTick, takenNanos, counts);
    } finally {
      RUNNING.set(outer);
    }
  }

  private void refused(Shard shard, long id, Object timer, long deadlineTick, Throwable refusal) {
    Runnable task = begin(timer, id, deadlineTick);
    if (task == null) {
      return;
    }
    RejectedExecutionException cause =
        refusal instanceof RejectedExecutionException rejected
            ? rejected
            : new RejectedExecutionException("the executor failed to take a task", refusal);
    followUp.taskRefused(shard, task, cause);
    if (timer instanceof PeriodicTimer periodic) {
      followUp.settle(periodic, task, false, false);
    }
  }

  /** Runs a timer's task; its run time counts so many times, or is not measured if that is 0. */
  private void run(
      Shard shard, long id, Object timer, long deadlineTick, long takenNanos, int counts) {
    Runnable task = begin(timer, id, deadlineTick);
    if (task == null) {
      return;
    }
    boolean failed = runTask(shard, id, timer, task, takenNanos, counts);
    if (timer instanceof PeriodicTimer periodic) {
      int runs = 1;
      while (followUp.settle(
          periodic, task, failed && periodic.stopsOnException(), runs < MAX_BURST)) {
        runs++;
        if (watchdog != null) {
          watchdog.nextRun();
        }
        // No batch has taken this run: it is due again just now.
        long againNanos = counts == 0 ? 0 : followUp.elapsedNanos();
        failed = runTask(shard, id, timer, task, againNanos, Math.min(1, counts));
      }
    }
  }

  /** What is to run, or null if a timer with a handle was cancelled or rescheduled in time. */
  private @Nullable Runnable begin(Object timer, long id, long deadlineTick) {
    if (!(timer instanceof ScheduledTimer scheduled)) {
      return (Runnable) timer;
    }
    Runnable task = scheduled.begin();
    if (task != null) {
      followUp.begun(scheduled, id, deadlineTick);
    }
    return task;
  }

  /** Runs a task and says whether it threw. */
  private boolean runTask(
      AbstractShard shard, long id, Object timer, Runnable task, long takenNanos, int counts) {
    if (counts == 0) {
      return runTask(shard, id, task);
    }
    long startNanos = followUp.elapsedNanos();
    SlowTaskEvent event = FlightRecorder.takesSlowTasks() ? SlowTaskEvent.begun() : null;
    boolean failed = runTask(shard, id, task);
    long runNanos = followUp.elapsedNanos() - startNanos;
    if (event != null) {
      event.ended(timer, task, id, startNanos - takenNanos, runNanos);
    }
    if (followUp.taskRan(shard, id, startNanos - takenNanos, runNanos, counts)) {
      followUp.ranSlowly(shard, TaskName.of(timer, task), runNanos);
    }
    return failed;
  }

  /** Runs a task and says whether it threw. */
  private boolean runTask(AbstractShard shard, long id, Runnable task) {
    try {
      task.run();
      return false;
    } catch (Throwable error) {
      // An Error too must not end the driver, on which all other timers depend.
      followUp.taskFailed(shard, id, task, error);
      return true;
    }
  }
}
