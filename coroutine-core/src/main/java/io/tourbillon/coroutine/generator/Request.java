package io.tourbillon.coroutine.generator;

import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.timer.internal.LateCompletionException;
import org.jspecify.annotations.Nullable;

/**
 * With what a body goes on from its yield.
 *
 * @param <S> what it can be sent
 */
sealed interface Request<S extends @Nullable Object> {
  /** The yield is to return this; null is asking for the next value and no more. */
  record Go<S extends @Nullable Object>(@Nullable S sent) implements Request<S> {}

  /** The yield is to throw this. */
  record Raise<S extends @Nullable Object>(Throwable thrown) implements Request<S> {}

  /** The body is to end. */
  record Close<S extends @Nullable Object>() implements Request<S> {}

  /** Whether it asks for the next value and no more. */
  default boolean isNext() {
    return this instanceof Go<S>(var sent) && sent == null;
  }

  /** The method that asks for it. */
  default String word() {
    return switch (this) {
      case Go<S> _ -> "send";
      case Raise<S> _ -> "raise";
      case Close<S> _ -> "close";
    };
  }

  /**
   * As it can be thrown by code that declares nothing; an error is thrown at once. A cancellation
   * that is thrown here is somebody else's, and may not look like that of who gets it.
   */
  static RuntimeException unchecked(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return thrown instanceof RuntimeException exception
            && !(thrown instanceof CoroutineCancelledException)
        ? exception
        : new LateCompletionException(thrown);
  }
}
