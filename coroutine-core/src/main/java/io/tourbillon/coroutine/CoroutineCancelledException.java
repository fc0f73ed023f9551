package io.tourbillon.coroutine;

import io.tourbillon.timer.internal.LateText;
import io.tourbillon.timer.internal.text.Printable;
import java.io.Serial;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by the suspension points of a coroutine after it was cancelled, after the limit of a
 * {@link Coroutines#withTimeout} around them has passed, or after a {@link CoroutineScope} around
 * them has failed. Let it propagate: whoever cancelled, or the scope that set the limit, waits for
 * that. Clean up in {@code finally}; code there that suspends needs a {@link Coroutines#shield}.
 *
 * <p>The cause tells the three apart. There is none if the coroutine was cancelled; it is a {@link
 * TimeoutException} if a limit has passed, of {@code withTimeout} or of a scope; and it is the
 * exception of the child if a scope has failed.
 *
 * <p>The text of the reason, and so the message, is made at the first use: for a failed scope it
 * contains the text of the failure.
 */
public final class CoroutineCancelledException extends CancellationException {
  @Serial private static final long serialVersionUID = 2;

  /** The limit or request that it comes from; null if this was read from a stream. */
  private final transient @Nullable Object origin;

  private final String coroutineName;
  private final String source;
  private final LateText reason;

  /**
   * Creates an exception. For the implementation; calls no code of users.
   *
   * @param reason is asked at the first use of the message
   * @param origin the limit or request that it comes from
   */
  public CoroutineCancelledException(
      String coroutineName,
      String source,
      Supplier<String> reason,
      @Nullable Throwable cause,
      Object origin) {
    this.origin = origin;
    this.coroutineName = coroutineName;
    this.source = source;
    this.reason = new LateText(reason);
    if (cause != null) {
      initCause(cause);
    }
  }

  @Override
  public String getMessage() {
    return message(coroutineName, source, reason());
  }

  /** Returns the message of a cancellation. For the implementation. */
  public static String message(String coroutineName, String source, String reason) {
    return Printable.of(coroutineName + " was cancelled by " + source + ": " + reason);
  }

  /** Returns who asked for it: the name of a coroutine, a thread, a timeout or the scheduler. */
  public String source() {
    return source;
  }

  /** Returns the reason. */
  public String reason() {
    return reason.get();
  }

  /** Returns whether it comes from this limit or request. For the implementation. */
  @SuppressWarnings("ReferenceEquality") // Identity is what tells origins apart.
  public boolean isFrom(Object origin) {
    return this.origin == origin;
  }
}
