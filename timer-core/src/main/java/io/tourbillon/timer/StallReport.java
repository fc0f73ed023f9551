package io.tourbillon.timer;

import io.tourbillon.timer.internal.text.Printable;
import java.util.List;

/**
 * A task that holds the driver, or a thread of the executor, for too long, seen while it does.
 *
 * @param threadName the name of the thread
 * @param heldNanos how long the task has been running for at the least; without the time for which
 *     the whole process stood still, as far as the watchdog has noticed
 * @param stack what the thread is doing, innermost call first
 */
public record StallReport(String threadName, long heldNanos, List<StackTraceElement> stack) {
  /** Copies the stack. */
  public StallReport {
    stack = List.copyOf(stack);
  }

  /** A line for what and how long, and one for each call. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append("a task holds ")
        .append(Printable.of(threadName))
        .append(" for ")
        .append(heldNanos / 1_000_000)
        .append(" ms");
    for (StackTraceElement call : stack) {
      text.append("\n\tat ").append(Printable.of(call.toString()));
    }
    return text.toString();
  }
}
