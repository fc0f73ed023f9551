package io.tourbillon.coroutine;

/**
 * Implemented by exceptions that may say no more than that a source was closed in the way that it
 * is meant to be: a channel, a ticker. A coroutine that such an exception ends, and that nobody
 * joins, was waiting for what will not come, and has not gone wrong: the {@link UncaughtHandler} is
 * not told of it.
 */
public interface OrderlyEnd {
  /**
   * Returns true if this says no more than that. Called where the {@link UncaughtHandler} would be,
   * so one that blocks holds up what that one would. If it throws, the handler is told of the
   * failure.
   */
  boolean isOrderly();
}
