package io.tourbillon.coroutine;

import io.tourbillon.timer.internal.text.Printable;
import java.util.List;
import java.util.Optional;

/**
 * A turn that holds a loop for too long, seen while it lasts. Timers of the loop are late, and all
 * coroutines that are suspended there wait for it. Those that are ready wait, too, unless they can
 * move to a loop that rests: see {@link CoroutineScheduler}.
 *
 * @param loop the name of the loop
 * @param coroutine the name of the coroutine that has the turn; empty if it is other code
 * @param heldNanos the least time since the loop read its clock, in one long turn or in several
 *     turns of which this is the last; without the time for which the process stood still, as far
 *     as the watchdog noticed
 * @param stack its stack, innermost call first; for a virtual thread that is no coroutine, the
 *     stack of its loop
 */
public record LoopStall(
    String loop, Optional<String> coroutine, long heldNanos, List<StackTraceElement> stack) {
  /** Copies the stack. */
  public LoopStall {
    stack = List.copyOf(stack);
  }

  /** Returns a line that says what holds the loop and for how long, and a line for each call. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(Printable.of(coroutine.orElse("other code")))
        .append(" holds ")
        .append(Printable.of(loop))
        .append(" for ")
        .append(heldNanos / 1_000_000)
        .append(" ms");
    stack.forEach(call -> text.append("\n\tat ").append(Printable.of(call.toString())));
    return text.toString();
  }
}
