package io.tourbillon.metrics.server;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reports that a response cannot be made now, but may be in a moment. The message tells clients
 * why.
 */
final class NotNowException extends IOException {
  private static final long serialVersionUID = 1L;

  NotNowException(String message) {
    super(message);
  }

  /**
   * Returns the first exception of this class among a failure and its causes; null if there is
   * none.
   */
  static @Nullable NotNowException behind(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof NotNowException notNow) {
        return notNow;
      }
    }
    return null;
  }
}
