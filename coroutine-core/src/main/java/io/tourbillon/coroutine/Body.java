package io.tourbillon.coroutine;

import org.jspecify.annotations.Nullable;

/**
 * Part of a coroutine's code that is run by one of the methods of {@link Coroutines}, with the
 * checked exceptions that it declares; a lambda that throws none needs none caught.
 *
 * @param <T> what it returns
 * @param <X> what it throws
 */
@FunctionalInterface
public interface Body<T extends @Nullable Object, X extends Exception> {
  /** Does it. */
  T call() throws X;
}
