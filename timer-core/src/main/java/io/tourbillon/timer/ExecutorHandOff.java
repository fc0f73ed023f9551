package io.tourbillon.timer;

import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.SafeText;
import io.tourbillon.timer.internal.roster.Roster;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Hands tasks to the executor of a service, and knows which of them it has not finished.
 *
 * <p>A task is in the roster from before the executor gets it until it has run or was dropped. It
 * is handed over by the driver and runs in a thread of the executor; the roster and the monitor of
 * {@link HandedOver} order the two.
 */
final class ExecutorHandOff {
  /** How many threads a message of the log names. */
  private static final int MOST_THREADS = 20;

  private final TaskRunner runner;
  private final FollowUp followUp;
  private final Executor executor;

  /** What the executor has been given and has not finished. */
  private final Roster<HandedOver> handedOver = new Roster<>();

  /** Null if nothing is watched. */
  private final @Nullable ExecutorRuns executorRuns;

  /**
   * Whether the last task was handed over late because the heap was full. Confined to the driver.
   */
  private boolean isHeapFull;

  /** Whether there was no memory for a second after a shutdown. Confined to the driver. */
  private boolean hasGivenUp;

  ExecutorHandOff(
      TaskRunner runner,
      FollowUp followUp,
      Executor executor,
      @Nullable ExecutorRuns executorRuns) {
    this.runner = runner;
    this.followUp = followUp;
    this.executor = executor;
    this.executorRuns = executorRuns;
  }

  // By the driver.

  /** Hands a task over; parameters as for {@link TaskRunner}. */
  void handOver(
      AbstractShard<?> shard,
      long id,
      Runnable entry,
      long deadlineTick,
      long takenNanos,
      int counts) {
    HandedOver task = null;
    for (int attempt = 1; ; attempt++) {
      try {
        if (task == null) {
          Runnable own = ShardedLongTimers.ownTask(entry);
          task = new HandedOver(this, shard, id, own, deadlineTick, takenNanos, counts);
          handedOver.add(task);
        }
        // The second time too: the task runs once at most, however often it is executed.
        executor.execute(task);
        isHeapFull &= attempt > 1;
        return;
      } catch (OutOfMemoryError full) {
        if (task != null && !task.isWaiting()) {
          return;
        }
        if (!awaitMemory(full, attempt)) {
          giveUp(task, shard, id, entry, deadlineTick, full);
          return;
        }
      } catch (Throwable refusal) {
        giveUp(task, shard, id, entry, deadlineTick, refusal);
        return;
      }
    }
  }

  /**
   * Waits a millisecond for memory, and returns true if the hand-over must be tried again. It is
   * tried until there is memory, because the timer has left the wheel. It is not tried again if the
   * executor cannot make a thread. After a shutdown it is tried for a second only, as a thread may
   * wait for the end of the service.
   */
  private boolean awaitMemory(OutOfMemoryError full, int attempt) {
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
      AbstractShard<?> shard,
      long id,
      Runnable entry,
      long deadlineTick,
      Throwable refusal) {
    if (task == null) {
      runner.refused(shard, id, entry, deadlineTick, refusal, isTerminated());
    } else {
      drop(task, refusal);
    }
  }

  // By the executor's threads.

  /** Runs a task that was handed over. Throws nothing. */
  void run(HandedOver task) {
    ExecutorRuns.Run watched = null;
    try {
      watched = executorRuns == null ? null : executorRuns.begin();
      runner.runTimer(
          task.shard,
          task.id,
          task.entry,
          task.deadlineTick,
          task.takenNanos,
          task.counts,
          watched);
    } catch (Throwable error) {
      runner.abandon(task.shard, task.entry, error);
    } finally {
      if (watched != null) {
        watched.end();
      }
    }
  }

  /** Called after the end of a task that was handed over. */
  void ended(HandedOver task) {
    handedOver.remove(task);
  }

  // By any thread.

  /**
   * Drops the tasks that an executor has not begun if it has been terminated: they would stay
   * pending for ever.
   */
  void dropFromTerminatedExecutor() {
    if (isTerminated()) {
      String rule = "the executor was terminated: " + SafeText.of(executor);
      for (HandedOver task : handedOver.members()) {
        drop(task, new RejectedExecutionException(rule));
      }
    }
  }

  /** Ends a task that the executor will not run, unless it has begun. */
  private void drop(HandedOver task, Throwable refusal) {
    if (task.drop()) {
      handedOver.remove(task);
      runner.refused(task.shard, task.id, task.entry, task.deadlineTick, refusal, isTerminated());
    }
  }

  /** Some executors of containers throw here; they count as not terminated. */
  private boolean isTerminated() {
    try {
      return executor instanceof ExecutorService service && service.isTerminated();
    } catch (RuntimeException | Error unsupported) {
      return false;
    }
  }

  /** Whether {@link #dropFromTerminatedExecutor} may have something to do later. */
  boolean isExecutorToBeWatched() {
    return executor instanceof ExecutorService && handedOver.size() > 0;
  }

  /**
   * Whether the calling thread is running a task of the service for the executor. Checks all tasks
   * of the executor, which is fast enough because only close methods call it. A thread local would
   * be faster, but would need memory before each task.
   */
  boolean isRunningHere() {
    for (HandedOver task : handedOver.members()) {
      if (task.isRunningHere()) {
        return true;
      }
    }
    return false;
  }

  /** Whether the calling thread is running the task of this timer for the executor. */
  boolean isRunningHere(ScheduledTimer timer) {
    for (HandedOver task : handedOver.members()) {
      if (timer.equals(task.entry) && task.isRunningHere()) {
        return true;
      }
    }
    return false;
  }

  /** Waits until the executor has finished what it was given, after the driver has ended. */
  boolean awaitEmptied(long nanos) throws InterruptedException {
    handedOver.close();
    return handedOver.awaitEmptied(nanos, TimeUnit.NANOSECONDS);
  }

  /** Interrupts the tasks that the executor is running. */
  void interruptRuns() {
    for (HandedOver task : handedOver.members()) {
      task.interruptRun();
    }
  }

  /** How many tasks the executor has not finished, and on which threads it runs some of them. */
  String describe() {
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
}
