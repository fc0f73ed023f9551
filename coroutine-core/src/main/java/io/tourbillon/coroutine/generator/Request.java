package io.tourbillon.coroutine.generator;

import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.timer.internal.LateCompletionException;
import org.jspecify.annotations.Nullable;

/**
 * What a step asks of the body, which waits at a yield.
 *
 * @param <S> the values that can be sent in
 */
sealed interface Request<S extends @Nullable Object> {
  /** The yield returns this; null if the step only asks for the next value. */
  record Go<S extends @Nullable Object>(@Nullable S sent) implements Request<S> {}

  /** The yield throws this. */
  record Raise<S extends @Nullable Object>(Throwable thrown) implements Request<S> {}

  /** The yield throws {@link GeneratorClosedException}. */
  record Close<S extends @Nullable Object>() implements Request<S> {}

  /** Returns true if the step only asks for the next value. */
  default boolean isNext() {
    return this instanceof Go<S>(var sent) && sent == null;
  }

  /** Returns the name of the method that makes this request. */
  default String methodName() {
    return switch (this) {
      case Go<S> _ -> "send";
      case Raise<S> _ -> "raise";
      case Close<S> _ -> "close";
    };
  }

  /**
   * Wraps a checked exception, so that code which declares none can throw it. Throws an error at
   * once. Wraps a cancellation of another coroutine, so that it does not look like that of the
   * caller.
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
