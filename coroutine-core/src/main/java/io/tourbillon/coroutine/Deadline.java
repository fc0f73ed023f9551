package io.tourbillon.coroutine;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The end of the limit of {@link Coroutines#withDeadline} or of {@link CoroutineScope#deadline},
 * which others can move while the code runs: each part of an upload puts it off, an administrator
 * brings it forward.
 *
 * <p>Thread-safe. Only the call that owns the deadline turns it into a {@link TimeoutException}. A
 * deadline that has passed stays so: none of these methods revives it.
 */
public interface Deadline {
  /**
   * Moves the deadline, earlier or later, or sets one after {@link #cancel}. Costs a few
   * nanoseconds, and a message to the loop if the deadline moves to an earlier time.
   *
   * @param limit from now on; zero or less ends the code at its next suspension point, or the one
   *     that it is in
   * @return true if the deadline was moved; false if it has passed, or the code has ended
   */
  boolean reschedule(Duration limit);

  /**
   * Removes the deadline: the code may take any time.
   *
   * @return true if there is no deadline now; false if it has passed, or the code has ended
   */
  boolean cancel();

  /**
   * Returns the time that is left; null if there is no deadline, or the code has ended before it.
   * Zero once it has passed.
   */
  @Nullable Duration remaining();

  /** Returns whether the deadline has passed before the code ended. */
  boolean isExpired();

  /**
   * Code that runs within a deadline.
   *
   * @param <T> the type of its result
   * @param <X> the checked exception that it throws
   */
  @FunctionalInterface
  interface Scoped<T extends @Nullable Object, X extends Exception> {
    /** Runs it. The deadline may be given to others. */
    T in(Deadline deadline) throws X;
  }
}
