package io.tourbillon.timer;

import java.util.List;

/**
 * A task that holds the driver for too long, seen while it does.
 *
 * @param threadName the driver's name
 * @param heldNanos how long it has been running for at the least
 * @param stack what the driver is doing, innermost call first
 */
public record StallReport(String threadName, long heldNanos, List<StackTraceElement> stack) {
  /** Copies the stack. */
  public StallReport {
    stack = List.copyOf(stack);
  }
}
