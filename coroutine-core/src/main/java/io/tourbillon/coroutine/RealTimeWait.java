package io.tourbillon.coroutine;

import io.tourbillon.timer.internal.text.Printable;
import java.util.List;
import java.util.Optional;

/**
 * A wait by the system's clock in a scheduler that uses another clock, such as a virtual one.
 *
 * @param loop the name of the loop
 * @param coroutine the name of the coroutine that waits; empty if another virtual thread waits
 * @param stack where it waits, innermost call first; empty for a thread that is no coroutine
 */
public record RealTimeWait(String loop, Optional<String> coroutine, List<StackTraceElement> stack) {
  /** Copies the stack. */
  public RealTimeWait {
    stack = List.copyOf(stack);
  }

  /** Returns what waits and what to use instead, without the stack. */
  @Override
  public String toString() {
    return Printable.of(coroutine.orElse("a thread of " + loop))
        + " waits in real time, as Thread.sleep and the timed waits of java.util.concurrent do, and"
        + " not by the clock of its scheduler; Coroutines.delay and withTimeout do";
  }
}
