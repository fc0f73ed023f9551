package io.tourbillon.coroutine.testkit;

import io.tourbillon.coroutine.testkit.SimulationFailure.Reason;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The result of a run.
 *
 * @param value what the body has returned
 * @param failure why the run has failed; null if it has not
 * @param elapsedNanos the virtual time that the run has taken
 * @param turns how many turns the loop has given
 * @param <X> what the body throws
 */
record Outcome<T extends @Nullable Object, X extends Exception>(
    @Nullable T value, @Nullable Throwable failure, long elapsedNanos, long turns) {

  @SuppressWarnings({"unchecked", "NullAway"}) // The body throws X or unchecked, and returns T.
  T get() throws X {
    if (failure == null) {
      return value;
    }
    if (failure instanceof Error error) {
      throw error;
    }
    throw (X) failure;
  }

  /** Returns true if another run went the same way, as far as can be seen. */
  boolean isLike(Outcome<?, ?> other) {
    return turns == other.turns
        && elapsedNanos == other.elapsedNanos
        && Objects.equals(kind(), other.kind());
  }

  /** Returns true if the run has taken too long, as it would again. */
  boolean isOverLimit() {
    return Reason.LIMIT.equals(kind());
  }

  private @Nullable Object kind() {
    return failure == null
        ? null
        : failure instanceof SimulationFailure known ? known.reason() : failure.getClass();
  }
}
