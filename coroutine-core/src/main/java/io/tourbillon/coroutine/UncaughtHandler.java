package io.tourbillon.coroutine;

import io.tourbillon.timer.internal.text.Printable;

/**
 * Is told of a coroutine that has failed and that nobody has joined, or asked for a future, within
 * a second, or by the close of the scheduler. Who has given up waiting, for a limit or because it
 * was cancelled, does not count. Not told of a coroutine that has ended because what it received
 * from was closed, which is an {@link OrderlyEnd}. On {@link Engine#VIRTUAL_THREAD} it is called on
 * the coroutine's loop, by a virtual thread there; on the others beside the loop, by a virtual
 * thread of the JDK's, one call of a loop at a time. So one that blocks holds up no coroutine, but
 * one that computes for long may. A loop that goes by another clock than {@link
 * io.tourbillon.timer.Clock#system}, as by a virtual one, does not call it beside itself, so that
 * the same happens in the same order again and again: on those other engines it calls it on its own
 * thread, which one that blocks holds up. What it throws itself is logged.
 */
@FunctionalInterface
public interface UncaughtHandler {
  /** Takes one failure; a join that comes later gets it, too. */
  void handle(Coroutine<?> coroutine, Throwable failure);

  /** The default: logs an error to the System.Logger {@code io.tourbillon.coroutine}. */
  static UncaughtHandler logging() {
    return (coroutine, failure) ->
        System.getLogger("io.tourbillon.coroutine")
            .log(
                System.Logger.Level.ERROR,
                Printable.of(coroutine.name()) + " failed, unseen",
                failure);
  }
}
