package io.tourbillon.coroutine.bridge;

import io.tourbillon.coroutine.CoroutineCancelledException;

/**
 * Takes the values that a body publishes to one subscriber. Only the coroutine that runs the body
 * may use it.
 *
 * @param <T> the values
 */
public sealed interface Emitter<T> permits CoroutineSubscription {
  /**
   * Publishes a value: waits until the subscriber wants one, and runs its {@code onNext}. Lets
   * other coroutines run now and then, if it need not wait.
   *
   * @throws CoroutineCancelledException if the subscription is cancelled, or the scheduler closed
   * @throws IllegalStateException if called by another coroutine or thread
   */
  void emit(T value);
}
