package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.observe.LoopRecorder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for a turn on a loop. The loop's own, or that of the coroutine of it that has the turn.
 */
final class ReadyQueue {
  private final TurnOrder order;
  private final LongSupplier clock;
  private final @Nullable LoopRecorder recorder;

  /**
   * @param recorder is told how long they wait; null if nobody is
   */
  ReadyQueue(TurnOrder order, LongSupplier clock, @Nullable LoopRecorder recorder) {
    this.order = order;
    this.clock = clock;
    this.recorder = recorder;
  }

  /**
   * Adds one.
   *
   * @param nowNanos the time, or a little before
   */
  void add(Runnable task, long nowNanos) {
    order.add(task, nowNanos);
    if (recorder != null && recorder.isSampleWanted()) {
      recorder.beginSample(task, clock.getAsLong());
    }
  }

  /** Takes out the next, or returns null. */
  @Nullable Runnable poll() {
    Runnable task = order.poll();
    if (recorder != null && task != null && recorder.isSample(task)) {
      recorder.endSample(clock.getAsLong());
    }
    return task;
  }

  /** Takes back what was added last. */
  void takeBack(Runnable task) {
    if (order.remove(task) && recorder != null) {
      recorder.forget(task);
    }
  }

  boolean isEmpty() {
    return order.isEmpty();
  }

  /** How many there are, but for a few that are about to have their turn. */
  int size() {
    return order.size();
  }
}
