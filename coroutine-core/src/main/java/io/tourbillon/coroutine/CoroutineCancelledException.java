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
 * surrounding {@link Coroutines#withTimeout} has passed, or after a surrounding {@link
 * CoroutineScope} has failed. Let it propagate: the caller of {@code cancel}, or the code that set
 * the limit, waits for that. Clean up in {@code finally}; code there that suspends needs a {@link
 * Coroutines#shield}.
 *
 * <p>The cause distinguishes the three. It is null if the coroutine was cancelled, a {@link
 * TimeoutException} if the limit of {@code withTimeout} or of a scope has passed, and the exception
 * of the child if a scope has failed.
 *
 * <p>The text of the reason, and so the message, is made at the first use. For a failed scope it
 * contains the text of the failure.
 */
public final class CoroutineCancelledException extends CancellationException {
  @Serial private static final long serialVersionUID = 2;

  /** The limit or request that it comes from; null after deserialization. */
  private final transient @Nullable Object origin;

  private final String coroutineName;
  private final String source;
  private final LateText reason;

  /**
   * Creates an exception. For the implementation. Calls no code of users.
   *
   * @param reason provides the reason at the first use of the message
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

  /** Returns who cancelled: the name of a coroutine or thread, a timeout or the scheduler. */
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
