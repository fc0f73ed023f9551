package io.tourbillon.timer;

import io.tourbillon.timer.internal.ordered.OrderedEntry;

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
final class OrderedTimer extends OrderedEntry {
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
  final ViewFuture<?> task;
  Phase phase = Phase.QUEUED;

  OrderedTimer(OrderedShard shard, ViewFuture<?> task) {
    this.shard = shard;
    this.task = task;
  }

  /** Names the timer for a listener; below 0, so that it is no id of a wheel. Known once queued. */
  long id() {
    return Long.MIN_VALUE | sequence();
  }
}
