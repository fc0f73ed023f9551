package io.tourbillon.coroutine.bridge;

import io.tourbillon.coroutine.CoroutineCancelledException;

/**
 * Through which a body publishes to one subscriber. For the coroutine that runs the body alone.
 *
 * @param <T> what is published
 */
public sealed interface Emitter<T> permits CoroutineSubscription {
  /**
   * Sends a value; waits until the subscriber wants one, and for what the subscriber does with it.
   * Lets other coroutines go first now and then, if it need not wait.
   *
   * @throws CoroutineCancelledException if the subscription is cancelled, or the scheduler closed
   * @throws IllegalStateException if called by another than the subscription's coroutine
   */
  void emit(T value);
}
