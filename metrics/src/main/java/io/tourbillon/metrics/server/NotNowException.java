package io.tourbillon.metrics.server;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An answer cannot be made now, but may be in a moment; the message says why, for clients. */
final class NotNowException extends IOException {
  private static final long serialVersionUID = 1L;

  NotNowException(String message) {
    super(message);
  }

  /** The one that is a failure, or behind it; null if there is none. */
  static @Nullable NotNowException behind(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof NotNowException notNow) {
        return notNow;
      }
    }
    return null;
  }
}
