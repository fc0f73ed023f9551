package io.tourbillon.timer;

import java.util.List;

/**
 * A task that has held the driver, or a thread of the executor, for too long, seen while it runs.
 * Only services make reports; later versions may add figures.
 */
public sealed interface StallReport permits Stall {
  /** The name of the thread. */
  String threadName();

  /**
   * A lower bound of the time for which the task has been running. Does not include times in which
   * the whole process stood still, as far as the watchdog has noticed them.
   */
  long heldNanos();

  /** What the thread is doing, innermost call first. */
  List<StackTraceElement> stack();

  /** A line with the thread and the time, and a line for each call. */
  @Override
  String toString();
}
