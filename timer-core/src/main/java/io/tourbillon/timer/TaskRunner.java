package io.tourbillon.timer;

import io.tourbillon.timer.internal.AccountableTask;
import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.SafeText;
import io.tourbillon.timer.internal.roster.Roster;
import io.tourbillon.timer.internal.watchdog.Watchdog;
import java.util.List;
import java.util.StringJoiner;
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

  /** How many threads a message of the log names. */
  private static final int MOST_THREADS = 20;

  private final FollowUp followUp;
  private final @Nullable Executor executor;

  /** What the executor has been given and has not finished. */
  private final Roster<HandedOver> handedOver = new Roster<>();

  private final @Nullable Watchdog<?> watchdog;

  /** Null if nothing is watched. */
  private final @Nullable ExecutorRuns executorRuns;

  private final Measuring measuring;

  /** Whether the last task was handed over late for want of memory. The driver's own. */
  private boolean isHeapFull;

  /** Whether there was none for a second after a shutdown. The driver's own. */
  private boolean hasGivenUp;

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
      @Nullable ExecutorRuns executorRuns,
      Measuring measuring) {
    this.followUp = followUp;
    this.executor = executor;
    this.watchdog = watchdog;
    this.executorRuns = executorRuns;
    this.measuring = measuring;
  }

  /**
   * Whether the calling thread is running a task of this runner for an executor. Looks at all that
   * the executor has; only those who close something ask. A thread local would be quicker, and need
   * memory before each task.
   */
  boolean isRunningHere() {
    for (HandedOver task : handedOver.members()) {
      if (task.isRunningHere()) {
        return true;
      }
    }
    return false;
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
        abandon(batch.task(index), error);
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
      abandon(timer, error);
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
      run(shard, id, timer, deadlineTick, takenNanos, counts, null);
      return;
    }
    int counted = measuring == Measuring.OFF ? Math.min(1, counts) : 1;
    HandedOver task = null;
    for (int attempt = 1; ; attempt++) {
      try {
        if (task == null) {
          task = newHandedOver(shard, id, timer, deadlineTick, takenNanos, counted);
        }
        // The second time too: the task runs once at most, however often it is executed.
        executor.execute(task);
        isHeapFull &= attempt > 1;
        return;
      } catch (OutOfMemoryError full) {
        if (task != null && !task.isWaiting()) {
          return;
        }
        if (!isHandOverToBeTriedAgain(full, attempt)) {
          giveUp(task, shard, id, timer, deadlineTick, full);
          return;
        }
      } catch (Throwable refusal) {
        giveUp(task, shard, id, timer, deadlineTick, refusal);
        return;
      }
    }
  }

  private HandedOver newHandedOver(
      AbstractShard shard, long id, Object timer, long deadlineTick, long takenNanos, int counts) {
    HandedOver task = new HandedOver(this, shard, id, timer, deadlineTick, takenNanos, counts);
    handedOver.add(task);
    return task;
  }

  /**
   * Waits a millisecond for memory, and says whether to try again: as long as it takes, since the
   * timer has left the wheel, and while the heap is full timers are late. Not if it is a thread
   * that the executor cannot make, and not for ever after a shutdown, as somebody may wait for its
   * end.
   */
  private boolean isHandOverToBeTriedAgain(OutOfMemoryError full, int attempt) {
    String message = full.getMessage();
    if (message != null && message.contains("native thread")) {
      return false;
    }
    if (followUp.isStopped() && (hasGivenUp || attempt >= MemoryReserve.ATTEMPTS)) {
      hasGivenUp = true;
      return false;
    }
    if (!isHeapFull) {
      isHeapFull = true;
      followUp.outOfMemory(full);
    }
    MemoryReserve.pause();
    return true;
  }

  private void giveUp(
      @Nullable HandedOver task,
      AbstractShard shard,
      long id,
      Object timer,
      long deadlineTick,
      Throwable refusal) {
    if (task == null) {
      refused(shard, id, timer, deadlineTick, refusal);
    } else {
      drop(task, refusal);
    }
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

  /** Runs a task that was handed over; called by the executor's thread. Throws nothing. */
  void run(HandedOver task) {
    ExecutorRuns.Run watched = null;
    try {
      watched = executorRuns == null ? null : executorRuns.begin();
      run(
          task.shard,
          task.id,
          task.timer,
          task.deadlineTick,
          task.takenNanos,
          task.counts,
          watched);
    } catch (Throwable error) {
      abandon(task.timer, error);
    } finally {
      if (watched != null) {
        watched.end();
      }
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
    boolean isOver = isExecutorTerminated();
    try {
      // A periodic task goes on when there is memory, also that of a view, which ends at a refusal.
      boolean isLast = isOver || !(refusal instanceof OutOfMemoryError && isPeriodic(timer));
      followUp.taskRefused(shard, task, asRejection(refusal), isLast);
    } catch (Throwable failure) {
      // The timer must go on.
      followUp.brokeAroundTask(LogMessage.REFUSAL_NOT_TOLD, task, failure);
    }
    goOn(timer, task, false, isOver, false);
  }

  private static boolean isPeriodic(Object timer) {
    return timer instanceof PeriodicTimer
        || (timer instanceof OrderedTimer ordered && ordered.task.isPeriodic());
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

  /** Waits until the executor has finished what it was given, after the driver has ended. */
  boolean awaitHandedOver(long nanos) throws InterruptedException {
    handedOver.close();
    return handedOver.awaitEmptied(nanos, TimeUnit.NANOSECONDS);
  }

  /** How many tasks the executor has not finished, and on which threads it runs some of them. */
  String describeHandedOver() {
    List<HandedOver> left = handedOver.members();
    StringJoiner threads = new StringJoiner(", ", "; some run on ", "").setEmptyValue("");
    int named = 0;
    for (HandedOver task : left) {
      String name = task.threadName();
      if (name != null && named < MOST_THREADS) {
        threads.add(name);
        named++;
      }
    }
    return "tasks that the executor has not finished: " + left.size() + threads;
  }

  /** Interrupts the tasks that the executor is running. */
  void interruptHandedOver() {
    for (HandedOver task : handedOver.members()) {
      task.interruptRun();
    }
  }

  // A run.

  /**
   * Runs a timer's task.
   *
   * @param counts how many times its run time counts; 0 if that is not measured
   * @param watched what the watchdog looks at besides the driver, if that is not what runs it
   */
  private void run(
      AbstractShard shard,
      long id,
      Object timer,
      long deadlineTick,
      long takenNanos,
      int counts,
      ExecutorRuns.@Nullable Run watched) {
    Runnable task = begin(timer, id, deadlineTick);
    if (task == null) {
      return;
    }
    boolean failed = runTask(shard, id, timer, task, takenNanos, counts);
    int runs = 1;
    while (goOn(timer, task, failed, false, runs < MAX_BURST)) {
      runs++;
      if (watched != null) {
        watched.beginAgain();
      } else if (watchdog != null) {
        watchdog.nextRun();
      }
      // No batch has taken this run: it is due again just now.
      long againNanos = counts == 0 ? 0 : followUp.elapsedNanos();
      failed = runTask(shard, id, timer, task, againNanos, Math.min(1, counts));
    }
  }

  /**
   * Ends a timer that would otherwise stay pending for ever, after something of ours has thrown
   * where nothing should. Throws nothing.
   */
  private void abandon(Object timer, Throwable error) {
    followUp.brokeAroundTask(LogMessage.NOT_SETTLED, timer, error);
    try {
      Runnable task = begin(timer, 0, 0);
      // That of a view does not mind being told twice.
      Runnable waitedFor = timer instanceof OrderedTimer ordered ? ordered.task : task;
      if (waitedFor instanceof AccountableTask accountable) {
        accountable.refused(Refusals.of(Refusals.NOT_STARTED, error));
      }
      if (timer instanceof PeriodicTimer periodic) {
        Runnable own = task == null ? periodic.task : task;
        if (own != null) {
          followUp.settle(periodic, own, true, false);
        }
      } else if (timer instanceof OrderedTimer ordered && ordered.task.isPeriodic()) {
        followUp.settle(ordered, true);
      }
    } catch (Throwable again) {
      // It has been said.
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
   * @param isOver whether no run can follow, whatever the timer's options
   * @return true if it has missed a run and is to make up for it at once
   */
  private boolean goOn(
      Object timer, Runnable task, boolean failed, boolean isOver, boolean mayRunAgain) {
    if (timer instanceof PeriodicTimer periodic) {
      boolean stop = isOver || (failed && periodic.stopsOnException());
      return followUp.settle(periodic, task, stop, mayRunAgain);
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
      followUp.brokeAroundTask(LogMessage.RUN_NOT_RECORDED, task, failure);
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
