package io.tourbillon.coroutine;

/** A {@link Runnable} that may throw: the body of a coroutine without a result. */
@FunctionalInterface
public interface Action {
  /** Does it. */
  void run() throws Exception;
}
