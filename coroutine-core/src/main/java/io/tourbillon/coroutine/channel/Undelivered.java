package io.tourbillon.coroutine.channel;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Values that were sent and will not be received. */
final class Undelivered {
  private Undelivered() {}

  /**
   * Gives each value to the consumer, even if that fails for some; then throws the first failure.
   */
  static <T> void report(List<T> values, Consumer<? super T> consumer) {
    Throwable first = null;
    for (T value : values) {
      try {
        consumer.accept(value);
      } catch (RuntimeException | Error failure) {
        first = firstOf(first, failure);
      }
    }
    if (first instanceof Error error) {
      throw error;
    }
    if (first instanceof RuntimeException exception) {
      throw exception;
    }
  }

  private static Throwable firstOf(@Nullable Throwable first, Throwable another) {
    if (first == null) {
      return another;
    }
    if (!first.equals(another)) {
      first.addSuppressed(another);
    }
    return first;
  }
}
