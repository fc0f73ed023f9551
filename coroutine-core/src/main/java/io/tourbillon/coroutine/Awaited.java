package io.tourbillon.coroutine;

import java.util.Collection;

/**
 * The object of a wait that knows who must act to end the wait: the holder of a lock, or the
 * coroutine whose end is awaited. Authors of primitives pass it as {@code what} to {@link
 * Suspension#await}, so that a {@link CoroutineDump} finds deadlocks.
 */
@FunctionalInterface
public interface Awaited {
  /**
   * Returns the holders that must all act before the wait can end, as far as they are known now. If
   * any one of several holders could end the wait, none of them is included. The thread that makes
   * a dump calls this at any moment, so it must be thread-safe and quick.
   *
   * @return coroutines and threads, as {@link Suspension#caller} returns them; other objects are
   *     ignored
   */
  Collection<?> holders();
}
