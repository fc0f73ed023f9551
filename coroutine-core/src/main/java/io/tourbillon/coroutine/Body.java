package io.tourbillon.coroutine;

import org.jspecify.annotations.Nullable;

/**
 * A part of a coroutine's code that a method of {@link Coroutines} runs. The method throws the
 * checked exception that the body declares; for a lambda that throws none, there is none to catch.
 * Each method that takes a body has an overload that takes a {@link Block}, a body without a
 * result. A reference to an overloaded method fits both; write it as a lambda.
 *
 * @param <T> the type of its result
 * @param <X> the checked exception that it throws
 */
@FunctionalInterface
public interface Body<T extends @Nullable Object, X extends Exception> {
  /** Runs it. */
  T call() throws X;
}
