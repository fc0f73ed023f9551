package io.tourbillon.coroutine;

import io.tourbillon.timer.internal.text.Printable;
import java.util.List;
import java.util.Optional;

/**
 * Something that holds a loop for too long, seen while it does: all other coroutines of the loop
 * wait for it, and its timers are late.
 *
 * @param loop the name of the loop
 * @param coroutine the name of the coroutine that has the turn; empty if it is none, but other
 *     people's code
 * @param heldNanos how long the loop has not looked at its clock for at the least: in one long
 *     turn, or some that are long together, of which this is the last; without the time for which
 *     the whole process stood still, as far as the watchdog has noticed
 * @param stack what it is doing, innermost call first; of a thread that is no coroutine only what
 *     its loop shows
 */
public record LoopStall(
    String loop, Optional<String> coroutine, long heldNanos, List<StackTraceElement> stack) {
  /** Copies the stack. */
  public LoopStall {
    stack = List.copyOf(stack);
  }

  /** A line for what and how long, and one for each call. */
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
