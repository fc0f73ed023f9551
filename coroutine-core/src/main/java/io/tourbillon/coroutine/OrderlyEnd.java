package io.tourbillon.coroutine;

/**
 * Implemented by exceptions that may mean only that a source, such as a channel or a ticker, was
 * closed as intended. A coroutine that such an exception ends has not gone wrong, so the {@link
 * CoroutineExceptionHandler} is not called for it.
 */
public interface OrderlyEnd {
  /**
   * Returns whether this means only that. It is called where the {@link CoroutineExceptionHandler}
   * would be called, so blocking has the same effect as there. If it throws, the handler is called.
   */
  boolean isOrderly();
}
