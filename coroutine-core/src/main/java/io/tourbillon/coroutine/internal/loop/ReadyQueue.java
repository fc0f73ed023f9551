package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.engine.LoopConfined;
import io.tourbillon.coroutine.internal.observe.LoopRecorder;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The tasks that are ready and wait for a turn. Measures some of their waits. */
@LoopConfined
final class ReadyQueue {
  private final TurnOrder order;
  private final LongSupplier clock;
  private final @Nullable LoopRecorder recorder;
  private int takenBack;

  /**
   * Creates an empty queue.
   *
   * @param recorder records how long tasks wait; null to record nothing
   */
  ReadyQueue(TurnOrder order, LongSupplier clock, @Nullable LoopRecorder recorder) {
    this.order = order;
    this.clock = clock;
    this.recorder = recorder;
  }

  /**
   * Adds a task.
   *
   * @param nowNanos the elapsed time, or a little before
   */
  void add(Runnable task, long nowNanos) {
    order.add(task, nowNanos);
    if (recorder != null && recorder.isSampleWanted()) {
      recorder.beginSample(task, clock.getAsLong());
    }
  }

  /** Removes and returns the next task; null if there is none. */
  @Nullable Runnable poll() {
    Runnable task = order.poll();
    if (recorder != null && task != null && recorder.isSample(task)) {
      recorder.endSample(clock.getAsLong());
    }
    return task;
  }

  /** Removes a task that was added, usually the last one. */
  void takeBack(Runnable task) {
    if (order.remove(task)) {
      takenBack++;
      if (recorder != null) {
        recorder.forget(task);
      }
    }
  }

  /** Returns how many tasks were removed from between others, ever. */
  int takenBack() {
    return takenBack;
  }

  /** Returns at most a number of tasks, more or less in their order. */
  List<Runnable> some(int most) {
    return order.some(most);
  }

  /** Returns at most a number of tasks, more or less in their order, after those to skip. */
  List<Runnable> some(int skip, int most) {
    return order.some(skip, most);
  }

  /** As {@link TurnOrder#addsAtTheEnd}. */
  boolean addsAtTheEnd() {
    return order.addsAtTheEnd();
  }

  boolean isEmpty() {
    return order.isEmpty();
  }

  /** Returns the number of tasks, without a few that are about to have their turn. */
  int size() {
    return order.size();
  }
}
