package io.tourbillon.coroutine;

import io.tourbillon.timer.text.Printable;
import java.io.Serial;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;

/**
 * What a coroutine sees at its suspension points once it was cancelled, or once the time of a
 * {@link Coroutines#withTimeout} around them is over, or a {@link CoroutineScope} around them has
 * failed. Let it pass: the coroutine, or the scope that set the limit, is waiting for it. Cleaning
 * up in {@code finally} is the way to use it; code there that suspends needs a {@link
 * Coroutines#shield}.
 *
 * <p>Its cause tells these apart. It has none if the coroutine was cancelled; it is a {@link
 * TimeoutException} if a limit was over, of {@code withTimeout} or of a scope; and what a child has
 * thrown if a scope has failed for that.
 */
public final class CoroutineCancelledException extends CancellationException {
  @Serial private static final long serialVersionUID = 1;

  /** Whose limit or request it was. For those who unwind, not for those who read. */
  private final transient Signal signal;

  private final String source;
  private final String reason;

  CoroutineCancelledException(String coroutineName, Signal signal) {
    super(
        Printable.of(
            coroutineName + " was cancelled by " + signal.source() + ": " + signal.reason()));
    this.signal = signal;
    source = signal.source();
    reason = signal.reason();
    Throwable cause = signal.cause();
    if (cause != null) {
      initCause(cause);
    }
  }

  /** Who asked for the end: a coroutine, a thread, a timeout, or the scheduler, by its name. */
  public String source() {
    return source;
  }

  /** Why. */
  public String reason() {
    return reason;
  }

  boolean isFrom(Signal signal) {
    return this.signal == signal;
  }
}
