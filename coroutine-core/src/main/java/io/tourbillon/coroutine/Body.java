package io.tourbillon.coroutine;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Part of a coroutine's code that is run by one of the methods of {@link Coroutines}, with the
 * checked exceptions that it declares; a lambda that throws none needs none caught. One without a
 * result is made by {@link #of}:
 *
 * <pre>{@code
 * Coroutines.shield(Duration.ofSeconds(1), Body.of(() -> connection.close()));
 * }</pre>
 *
 * @param <T> what it returns
 * @param <X> what it throws
 */
@FunctionalInterface
public interface Body<T extends @Nullable Object, X extends Exception> {
  /** Does it. */
  T call() throws X;

  /**
   * A body that does something and returns null. (Methods that took either would find method
   * references ambiguous.)
   */
  static <X extends Exception> Body<@Nullable Void, X> of(Block<X> block) {
    Objects.requireNonNull(block, "block");
    return () -> {
      block.run();
      return null;
    };
  }
}
