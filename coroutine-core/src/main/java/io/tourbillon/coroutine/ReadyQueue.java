package io.tourbillon.coroutine;

import java.util.ArrayDeque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for a turn on a loop, in the order in which they became ready. The loop's own, or that
 * of the coroutine of it that has the turn.
 */
final class ReadyQueue {
  private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
  private final Batch batch = new Batch();
  private final LongSupplier clock;
  private final @Nullable LoopRecorder recorder;

  /**
   * @param recorder is told how long they wait; null if nobody is
   */
  ReadyQueue(LongSupplier clock, @Nullable LoopRecorder recorder) {
    this.clock = clock;
    this.recorder = recorder;
  }

  void add(Runnable task) {
    queue.add(task);
    if (recorder != null && recorder.isSampleWanted()) {
      recorder.beginSample(task, clock.getAsLong());
    }
  }

  /** Takes out the first, or returns null. */
  @Nullable Runnable poll() {
    Runnable task = batch.poll(queue);
    if (recorder != null && task != null && recorder.isSample(task)) {
      recorder.endSample(clock.getAsLong());
    }
    return task;
  }

  /** Takes back what was added last. */
  void takeBack(Runnable task) {
    if (queue.remove(task) && recorder != null) {
      recorder.forget(task);
    }
  }

  boolean isEmpty() {
    return batch.isEmpty() && queue.isEmpty();
  }

  /** How many there are, but for a few that are about to have their turn. */
  int size() {
    return queue.size();
  }
}
