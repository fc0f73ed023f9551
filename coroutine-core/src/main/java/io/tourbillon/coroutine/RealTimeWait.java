package io.tourbillon.coroutine;

import io.tourbillon.timer.internal.text.Printable;
import java.util.List;
import java.util.Optional;

/**
 * A wait by the system's clock in a scheduler that goes by another, such as a virtual one.
 *
 * @param loop the name of the loop
 * @param coroutine the name of the coroutine that waits; empty if it is other people's thread
 * @param stack where it waits, innermost call first; of a thread that is no coroutine unknown
 */
public record RealTimeWait(String loop, Optional<String> coroutine, List<StackTraceElement> stack) {
  /** Copies the stack. */
  public RealTimeWait {
    stack = List.copyOf(stack);
  }

  /** Who, and what to do about it; without the stack. */
  @Override
  public String toString() {
    return Printable.of(coroutine.orElse("a thread of " + loop))
        + " waits in real time, as Thread.sleep and the timed waits of java.util.concurrent do, and"
        + " not by the clock of its scheduler; Coroutines.delay and withTimeout do";
  }
}
