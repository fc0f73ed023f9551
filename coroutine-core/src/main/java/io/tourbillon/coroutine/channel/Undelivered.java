package io.tourbillon.coroutine.channel;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Values that were sent and will not be received. */
final class Undelivered {
  private Undelivered() {}

  /** Tells of each, even if that fails for some; then throws the first failure. */
  static <T> void tell(List<T> values, Consumer<? super T> hook) {
    Throwable first = null;
    for (T value : values) {
      try {
        hook.accept(value);
      } catch (RuntimeException | Error failure) {
        first = with(first, failure);
      }
    }
    if (first instanceof Error error) {
      throw error;
    }
    if (first instanceof RuntimeException exception) {
      throw exception;
    }
  }

  private static Throwable with(@Nullable Throwable first, Throwable another) {
    if (first == null) {
      return another;
    }
    if (!first.equals(another)) {
      first.addSuppressed(another);
    }
    return first;
  }
}
