package io.tourbillon.timer;

import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.SafeText;
import io.tourbillon.timer.roster.Roster;
import io.tourbillon.timer.watchdog.Watchdog;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
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

  /** Made before it is needed, as there is no memory then. */
  @SuppressWarnings("StaticAssignmentOfThrowable")
  private static final RejectedExecutionException NO_MEMORY =
      new RejectedExecutionException("there was no memory to hand the task to the executor");

  /** The runner whose task this thread runs for an executor, if any. */
  private static final ThreadLocal<@Nullable TaskRunner> RUNNING = new ThreadLocal<>();

  private final FollowUp followUp;
  private final @Nullable Executor executor;

  /** What the executor has been given and has not finished. */
  private final Roster<HandedOver> handedOver = new Roster<>();

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
    Measuring howMuch = measuringNow();
    for (int index = 0; index < batch.size(); index++) {
      if (watchdog != null) {
        watchdog.nextTask();
      }
      try {
        start(
            batch.shard,
            batch.id(index),
            batch.task(index),
            batch.deadlineTick(index),
            batch.takenNanos(),
            counts(index, batch.size(), howMuch));
      } catch (Throwable error) {
        // Whatever went wrong around this task, the others of the batch have fired and must run.
        followUp.brokeAroundTask(error);
      }
      // An interrupt that one task leaves behind is not meant for the next.
      Thread.interrupted();
    }
  }

  /**
   * Runs the task of an executor view, or hands it to the executor.
   *
   * @param index how many such tasks have run just before
   */
  void run(OrderedTimer timer, long takenNanos, int index) {
    if (watchdog != null) {
      watchdog.begin();
    }
    try {
      OrderedShard shard = timer.shard;
      start(
          shard,
          timer.id(),
          timer,
          shard.dueTick(timer),
          takenNanos,
          counts(index, index < SAMPLING ? 1 : Integer.MAX_VALUE, measuringNow()));
    } catch (Throwable error) {
      followUp.brokeAroundTask(error);
    } finally {
      Thread.interrupted();
      if (watchdog != null) {
        watchdog.end();
      }
    }
  }

  /** Asked once a batch. Who looks for slow tasks must not miss the one that is no sample. */
  private Measuring measuringNow() {
    return FlightRecorder.takesSlowTasks() ? Measuring.FULL : measuring;
  }

  private void start(
      AbstractShard shard, long id, Object timer, long deadlineTick, long takenNanos, int counts) {
    if (executor == null) {
      run(shard, id, timer, deadlineTick, takenNanos, counts);
      return;
    }
    int counted = measuring == Measuring.OFF ? Math.min(1, counts) : 1;
    HandedOver task = handOver(shard, id, timer, deadlineTick, takenNanos, counted);
    if (task == null) {
      refused(shard, id, timer, deadlineTick, NO_MEMORY);
      return;
    }
    try {
      executor.execute(task);
    } catch (Throwable refusal) {
      drop(task, refusal);
    }
  }

  /** Waits for memory for a while; null if there is none. The timer has left the wheel already. */
  private @Nullable HandedOver handOver(
      AbstractShard shard, long id, Object timer, long deadlineTick, long takenNanos, int counts) {
    for (int attempt = 0; attempt < MemoryReserve.ATTEMPTS; attempt++) {
      try {
        HandedOver task = new HandedOver(this, shard, id, timer, deadlineTick, takenNanos, counts);
        handedOver.add(task);
        return task;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
    return null;
  }

  /** For how many runs that of one of so many tasks counts, or 0 if it is not measured. */
  private static int counts(int index, int size, Measuring howMuch) {
    if (howMuch == Measuring.OFF) {
      return 0;
    }
    if (howMuch == Measuring.FULL || size <= SAMPLING) {
      return 1;
    }
    return index % SAMPLING == 0 ? Math.min(SAMPLING, size - index) : 0;
  }

  // In the hands of the executor.

  /** Runs a task that was handed over; called by the executor's thread. */
  void run(HandedOver task) {
    TaskRunner outer = RUNNING.get();
    RUNNING.set(this);
    try {
      run(task.shard, task.id, task.timer, task.deadlineTick, task.takenNanos, task.counts);
    } finally {
      RUNNING.set(outer);
    }
  }

  /** Follows the end of a task that was handed over. */
  void ended(HandedOver task) {
    handedOver.remove(task);
  }

  /**
   * Gives up what an executor that has been terminated was given and has not begun: it would be
   * waited for, and hold its place, for ever. Called by any thread.
   */
  void dropFromTerminatedExecutor() {
    if (isExecutorTerminated()) {
      String rule = "the executor was terminated: " + SafeText.of(executor);
      for (HandedOver task : handedOver.members()) {
        drop(task, new RejectedExecutionException(rule));
      }
    }
  }

  /** Some executors of containers refuse to say: those are not known to be terminated. */
  private boolean isExecutorTerminated() {
    try {
      return executor instanceof ExecutorService service && service.isTerminated();
    } catch (RuntimeException | Error unsupported) {
      return false;
    }
  }

  /** Whether {@link #dropFromTerminatedExecutor} may come to have something to do by itself. */
  boolean isExecutorToBeWatched() {
    return executor instanceof ExecutorService && handedOver.size() > 0;
  }

  /** Ends a task that the executor will not run, unless it has begun. */
  private void drop(HandedOver task, Throwable refusal) {
    if (task.drop()) {
      handedOver.remove(task);
      refused(task.shard, task.id, task.timer, task.deadlineTick, refusal);
    }
  }

  private void refused(
      AbstractShard shard, long id, Object timer, long deadlineTick, Throwable refusal) {
    Runnable task = begin(timer, id, deadlineTick);
    if (task == null) {
      return;
    }
    try {
      followUp.taskRefused(shard, task, asRejection(refusal));
    } catch (Throwable failure) {
      // The timer must go on.
      followUp.brokeAroundTask(failure);
    }
    goOn(timer, task, false, false);
  }

  private static RejectedExecutionException asRejection(Throwable refusal) {
    if (refusal instanceof RejectedExecutionException rejected) {
      return rejected;
    }
    try {
      return new RejectedExecutionException("the executor failed to take a task", refusal);
    } catch (OutOfMemoryError full) {
      return NO_MEMORY;
    }
  }

  /** Waits until the executor has finished what it was given, after the driver has ended. */
  boolean awaitHandedOver(long nanos) throws InterruptedException {
    handedOver.close();
    return handedOver.awaitEmptied(nanos, TimeUnit.NANOSECONDS);
  }

  /** Interrupts the tasks that the executor is running. */
  void interruptHandedOver() {
    for (HandedOver task : handedOver.members()) {
      task.interruptRun();
    }
  }

  // A run.

  /** Runs a timer's task; its run time counts so many times, or is not measured if that is 0. */
  private void run(
      AbstractShard shard, long id, Object timer, long deadlineTick, long takenNanos, int counts) {
    Runnable task = begin(timer, id, deadlineTick);
    if (task == null) {
      return;
    }
    boolean failed = runTask(shard, id, timer, task, takenNanos, counts);
    int runs = 1;
    while (goOn(timer, task, failed, runs < MAX_BURST)) {
      runs++;
      if (watchdog != null) {
        watchdog.nextRun();
      }
      // No batch has taken this run: it is due again just now.
      long againNanos = counts == 0 ? 0 : followUp.elapsedNanos();
      failed = runTask(shard, id, timer, task, againNanos, Math.min(1, counts));
    }
  }

  /** What is to run, or null if the timer was cancelled or rescheduled in time. */
  private @Nullable Runnable begin(Object timer, long id, long deadlineTick) {
    if (timer instanceof ScheduledTimer scheduled) {
      Runnable task = scheduled.begin();
      if (task != null) {
        followUp.begun(id, deadlineTick, timer instanceof PeriodicTimer);
      }
      return task;
    }
    if (timer instanceof OrderedTimer ordered) {
      if (!ordered.shard.begin(ordered)) {
        return null;
      }
      followUp.begun(id, deadlineTick, ordered.task.isPeriodic());
      return ordered.task;
    }
    return (Runnable) timer;
  }

  /**
   * Arms a periodic timer for its next run.
   *
   * @return true if it has missed a run and is to make up for it at once
   */
  private boolean goOn(Object timer, Runnable task, boolean failed, boolean mayRunAgain) {
    if (timer instanceof PeriodicTimer periodic) {
      return followUp.settle(periodic, task, failed && periodic.stopsOnException(), mayRunAgain);
    }
    if (timer instanceof OrderedTimer ordered && ordered.task.isPeriodic()) {
      followUp.settle(ordered, failed);
    }
    return false;
  }

  /** Runs a task and says whether it threw. */
  private boolean runTask(
      AbstractShard shard, long id, Object timer, Runnable task, long takenNanos, int counts) {
    if (counts == 0) {
      return runTask(shard, id, task);
    }
    long startNanos = followUp.elapsedNanos();
    SlowTaskEvent event = beginSlowTask();
    boolean failed = runTask(shard, id, task);
    long runNanos = followUp.elapsedNanos() - startNanos;
    try {
      if (event != null) {
        event.ended(timer, task, id, startNanos - takenNanos, runNanos);
      }
      if (followUp.taskRan(shard, id, startNanos - takenNanos, runNanos, counts)) {
        followUp.ranSlowly(shard, TaskName.of(timer, task), runNanos);
      }
    } catch (Throwable failure) {
      // The timer must go on.
      followUp.brokeAroundTask(failure);
    }
    return failed;
  }

  /** Null if slow tasks are not recorded, or there is no memory for it. */
  private static @Nullable SlowTaskEvent beginSlowTask() {
    try {
      return FlightRecorder.takesSlowTasks() ? SlowTaskEvent.begun() : null;
    } catch (OutOfMemoryError full) {
      return null;
    }
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
