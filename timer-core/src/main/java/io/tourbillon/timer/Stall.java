package io.tourbillon.timer;

import io.tourbillon.timer.internal.text.Printable;
import java.util.Arrays;
import java.util.List;

/** The figures of a stall. */
record Stall(String threadName, long heldNanos, List<StackTraceElement> stack)
    implements StallReport {
  /** Copies the stack. */
  Stall {
    stack = List.copyOf(stack);
  }

  /** What a thread is doing now. */
  static Stall of(Thread thread, long heldNanos) {
    return new Stall(thread.getName(), heldNanos, Arrays.asList(thread.getStackTrace()));
  }

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
