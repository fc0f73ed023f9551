package io.tourbillon.coroutine;

import org.jspecify.annotations.Nullable;

/**
 * The other end of a suspension: what a callback holds, to let the coroutine go on. Exactly one of
 * {@link #resume}, {@link #fail}, and a cancellation or timeout of the coroutine decides how the
 * suspension ends; what comes later has no effect and is told so.
 *
 * <p>Thread-safe. It may be used before the coroutine is suspended, from inside the registration
 * too, and then there is no suspension.
 *
 * @param <T> what the coroutine is to get
 */
public interface Resumption<T extends @Nullable Object> {
  /**
   * Lets the coroutine go on with a value.
   *
   * @return whether it does; if false, the value was not taken and is still the caller's
   */
  boolean resume(T value);

  /**
   * Lets the coroutine go on with an exception: an unchecked one as it is, a checked one as the
   * cause of a {@link java.util.concurrent.CompletionException}.
   *
   * @return whether it does
   */
  boolean fail(Throwable failure);

  /**
   * Whether it takes nothing any more: it has been resumed, or whoever waits has given up, or was
   * cancelled by a call that has returned. For those who choose whom to tell before they resume.
   */
  default boolean isOver() {
    return false;
  }

  /**
   * Says what to do if a cancellation or timeout ends the suspension: to take back the callback, so
   * that it does not leak. It is run by the coroutine, before it sees the signal; what it throws is
   * thrown in the place of that. Must be called before the registration returns, and replaces what
   * was said before.
   */
  void onCancel(Runnable cleanUp);
}
