package io.tourbillon.coroutine;

import io.tourbillon.timer.internal.LateText;
import io.tourbillon.timer.internal.text.Printable;
import java.io.Serial;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

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
 *
 * <p>The reason, and with it the message, is put into words by the first who asks for it: if a
 * scope has failed, it says what the failure says of itself.
 */
public final class CoroutineCancelledException extends CancellationException {
  @Serial private static final long serialVersionUID = 2;

  /**
   * Whose limit or request it was. For those who unwind, not for those who read; null if this was
   * read from a stream.
   */
  private final transient @Nullable Signal signal;

  private final String coroutineName;
  private final String source;
  private final LateText reason;

  /** Calls no code of users. */
  CoroutineCancelledException(String coroutineName, Signal signal) {
    this.signal = signal;
    this.coroutineName = coroutineName;
    source = signal.source();
    reason = new LateText(signal::reason);
    Throwable cause = signal.cause();
    if (cause != null) {
      initCause(cause);
    }
  }

  @Override
  public String getMessage() {
    return message(coroutineName, source, reason());
  }

  /** What exceptions say of a cancellation. */
  static String message(String coroutineName, String source, String reason) {
    return Printable.of(coroutineName + " was cancelled by " + source + ": " + reason);
  }

  /** Who asked for the end: a coroutine, a thread, a timeout, or the scheduler, by its name. */
  public String source() {
    return source;
  }

  /** Why. */
  public String reason() {
    return reason.get();
  }

  boolean isFrom(Signal signal) {
    return this.signal == signal;
  }
}
