package io.tourbillon.coroutine;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A part of a coroutine's code that a method of {@link Coroutines} runs. The method throws the
 * checked exception that the body declares; for a lambda that throws none, there is none to catch.
 * {@link #of} makes a body without a result:
 *
 * <pre>{@code
 * Coroutines.shield(Duration.ofSeconds(1), Body.of(() -> connection.close()));
 * }</pre>
 *
 * @param <T> the type of its result
 * @param <X> the checked exception that it throws
 */
@FunctionalInterface
public interface Body<T extends @Nullable Object, X extends Exception> {
  /** Runs it. */
  T call() throws X;

  /**
   * Returns a body that runs a block and returns null. Methods with overloads for both would make
   * method references ambiguous.
   */
  static <X extends Exception> Body<@Nullable Void, X> of(Block<X> block) {
    Objects.requireNonNull(block, "block");
    return () -> {
      block.run();
      return null;
    };
  }
}
