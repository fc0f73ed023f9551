package io.tourbillon.timer;

import io.tourbillon.timer.internal.TimerId;
import io.tourbillon.timer.internal.ordered.OrderedEntry;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The timer of a task of an executor view, which runs in the order of the JDK's executors.
 *
 * <pre>
 *   QUEUED --take--> TAKEN --begin--> RUNNING --again--> QUEUED     a periodic task
 *     |                |                 +-----endRun--> ENDED
 *     |                +-----begin---------------------> ENDED      a task that runs once
 *     +--cancel, drain-+--cancel----- (RUNNING as well)-> ENDED
 * </pre>
 *
 * <p>Guarded by the lock of the {@link OrderedShard}, but for what is final.
 */
final class OrderedTimer extends OrderedEntry implements CancellableTimer {
  enum Phase {
    /** In the queue, or not yet. */
    QUEUED,
    /** The driver has taken it out, and its task has not begun. */
    TAKEN,
    /** The run of a periodic task is going on. */
    RUNNING,
    ENDED
  }

  final OrderedShard shard;
  private final ViewFuture<?> task;

  /** What runs: the task, or what is noted of it. */
  private final Runnable noted;

  /** Whether the timer waits for its deadline; one without a delay runs as soon as it can. */
  final boolean isDelayed;

  Phase phase = Phase.QUEUED;

  OrderedTimer(OrderedShard shard, ViewFuture<?> task, boolean isDelayed) {
    this.shard = shard;
    this.task = task;
    noted = shard.notes.note(task);
    this.isDelayed = isDelayed;
  }

  /** A view's task has no tag. */
  @Override
  public @Nullable String tag() {
    return null;
  }

  @Override
  public ViewFuture<?> task() {
    return task;
  }

  /** The task, or what is noted of it. */
  Runnable noted() {
    return noted;
  }

  @Override
  public boolean isPeriodic() {
    return task.isPeriodic();
  }

  @Override
  public @Nullable Runnable begin() {
    return shard.begin(this) ? noted : null;
  }

  /** Missed runs are queued, each at its place in the order, so none of them runs at once. */
  @Override
  public boolean settle(Runnable ran, boolean failed, boolean isOver, boolean mayRunAgain) {
    if (isPeriodic()) {
      shard.settle(this, failed);
    }
    return false;
  }

  @Override
  public void abandon(@Nullable Runnable begun, RejectedExecutionException why) {
    if (begun == null) {
      task.refused(why);
    }
    if (isPeriodic()) {
      shard.settle(this, true);
    }
  }

  /** Names the timer for a listener; below 0, so that it is no id of a wheel. Known once queued. */
  long id() {
    return TimerId.ofOrdered(sequence());
  }
}
