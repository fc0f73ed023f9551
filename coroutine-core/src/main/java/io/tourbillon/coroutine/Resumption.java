package io.tourbillon.coroutine;

import org.jspecify.annotations.Nullable;

/**
 * The handle by which a callback resumes a suspended coroutine or thread. Exactly one of {@link
 * #resume}, {@link #fail}, and a cancellation or timeout ends the suspension; later calls have no
 * effect and return false.
 *
 * <p>Thread-safe. It may be used before the coroutine is suspended, even inside the registration;
 * the coroutine then continues without a suspension.
 *
 * @param <T> the type of the value that the coroutine gets
 */
public interface Resumption<T extends @Nullable Object> {
  /**
   * Resumes the coroutine with a value.
   *
   * @return true if the coroutine gets the value; false if the caller still owns it
   */
  boolean resume(T value);

  /**
   * Resumes the coroutine with an exception. An unchecked exception is thrown as it is, a checked
   * one as the cause of a {@link java.util.concurrent.CompletionException}.
   *
   * @return true if the coroutine gets the exception
   */
  boolean fail(Throwable failure);

  /**
   * Returns whether a later {@link #resume} would return false: the suspension has ended, or the
   * waiter was cancelled by a call that has returned. For code that chooses a waiter before it
   * resumes one.
   */
  default boolean isOver() {
    return false;
  }

  /**
   * Sets the action that removes the callback if a cancellation or timeout ends the suspension. The
   * coroutine runs it before it sees the cancellation; an exception of the action replaces that of
   * the cancellation. Must be called before the registration returns. A later call replaces the
   * action.
   */
  void onCancel(Runnable cleanUp);
}
