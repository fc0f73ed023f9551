package io.tourbillon.coroutine;

/**
 * A {@link Body} without a result.
 *
 * @param <X> what it throws
 */
@FunctionalInterface
public interface Block<X extends Exception> {
  /** Does it. */
  void run() throws X;
}
