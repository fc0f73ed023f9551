package io.tourbillon.coroutine;

import java.util.Collection;

/**
 * What is waited for, if it is known on whom that depends: a lock on its holder, an end on the
 * coroutine that is to come to it. Given as {@code what} to {@link Suspension#await} by those who
 * write what coroutines and threads share, it lets a {@link CoroutineDump} find deadlocks.
 */
@FunctionalInterface
public interface Awaited {
  /**
   * Those without each of whom the wait can not end, as far as they are known now: coroutines and
   * threads, as {@link Suspension#caller} tells of them; other objects mean nothing. One of several
   * of whom any would do is not among them. Called by whoever makes a dump, at any moment, so it
   * must be thread-safe and quick.
   */
  Collection<?> holders();
}
