package io.tourbillon.timer;

import io.tourbillon.timer.wheel.ExpiryHandler;
import org.jspecify.annotations.Nullable;

/**
 * Timers that one shard has found due, on their way out of its lock. Filled under the lock, run
 * outside it; the driver's own, like all that is reached from it.
 */
final class Batch implements ExpiryHandler<Runnable> {
  static final int CAPACITY = 256;

  private static final Runnable[] NONE = {};

  final Shard shard;

  /**
   * A new array for each batch that is not empty. Storing into one that has lived long enough to be
   * old would cost a full write barrier for every task; 4 bytes of short-lived garbage cost next to
   * nothing.
   */
  private @Nullable Runnable[] tasks = NONE;

  private final long[] ids = new long[CAPACITY];
  private final long[] deadlineTicks = new long[CAPACITY];
  private int size;
  private int handles;
  private long takenNanos;

  Batch(Shard shard) {
    this.shard = shard;
  }

  /**
   * Gets memory before anything is taken out of the wheel, where a failure would lose it.
   *
   * @param nowNanos from when on the timers count as taken, in elapsed time
   */
  void makeReady(long nowNanos) {
    takenNanos = nowNanos;
    if (tasks.length == 0) {
      tasks = new Runnable[CAPACITY];
    }
  }

  /** Called by the wheel, under the shard's lock. */
  @Override
  public void expired(long id, long deadlineTick, Runnable task) {
    int last = size++;
    tasks[last] = task;
    ids[last] = id;
    deadlineTicks[last] = deadlineTick;
    if (task instanceof ScheduledTimer timer) {
      timer.taken();
      handles++;
    }
  }

  int size() {
    return size;
  }

  /** How many of them have a handle, and so can still be cancelled until their tasks begin. */
  int handles() {
    return handles;
  }

  /** When the timers were taken, in elapsed time: their lateness ends and their wait begins. */
  long takenNanos() {
    return takenNanos;
  }

  /** The entry of the wheel: the task, or a {@link ScheduledTimer}. */
  Runnable task(int index) {
    Runnable task = tasks[index];
    assert task != null : index + " of " + size;
    return task;
  }

  long id(int index) {
    return shard.publicId(ids[index], task(index));
  }

  long deadlineTick(int index) {
    return deadlineTicks[index];
  }

  /** Lets go of the tasks. */
  void clear() {
    tasks = NONE;
    size = 0;
    handles = 0;
  }
}
