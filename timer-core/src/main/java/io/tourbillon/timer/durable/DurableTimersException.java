package io.tourbillon.timer.durable;

import org.jspecify.annotations.Nullable;

/** The database has failed, or a firing is no longer valid. */
public final class DurableTimersException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Makes an exception with a cause, if there is one. */
  public DurableTimersException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
