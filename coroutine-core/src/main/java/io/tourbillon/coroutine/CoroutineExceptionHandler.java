package io.tourbillon.coroutine;

import io.tourbillon.timer.internal.text.Printable;

/**
 * Handles failures that no code has seen. It is called for a failed coroutine that no code has
 * joined, and whose future no code has asked for, within a second or until the close of the
 * scheduler. A caller that stopped waiting, because of a limit or a cancellation, does not count.
 * It is not called for an {@link OrderlyEnd}, such as the end of a coroutine whose channel was
 * closed.
 *
 * <p>On {@link Engine#VIRTUAL_THREAD} a virtual thread on the loop of the coroutine calls it. On
 * the other engines a virtual thread of the JDK does, one call of a loop at a time. So a handler
 * that blocks delays no coroutine, but one that computes for long may. Under another clock than
 * {@link io.tourbillon.timer.Clock#system}, the other engines call it on the thread of the loop, so
 * that each run has the same order of events; there, a handler that blocks blocks the loop.
 * Exceptions of the handler are logged.
 */
@FunctionalInterface
public interface CoroutineExceptionHandler {
  /** Handles one failure. A later join throws it as well. */
  void handle(Coroutine<?> coroutine, Throwable failure);

  /**
   * Returns the default handler, which logs an error to the System.Logger {@code
   * io.tourbillon.coroutine}.
   */
  static CoroutineExceptionHandler logging() {
    return (coroutine, failure) ->
        System.getLogger("io.tourbillon.coroutine")
            .log(
                System.Logger.Level.ERROR,
                Printable.of(coroutine.name()) + " failed, and no code has joined it",
                failure);
  }
}
