package io.tourbillon.coroutine.internal.engine;

import org.jspecify.annotations.Nullable;

/**
 * What carries the stack of one coroutine: the seam between the scheduler, which knows nothing of
 * how that is done, and the engines, which know nothing of anything else.
 *
 * <p>The turn goes from the loop to the coroutine with {@link #resume} and back with {@link
 * #suspend}, or with the coroutine's end. Whoever has it may touch the coroutine's fields, and what
 * one has written the other sees.
 */
public interface Strand {
  /**
   * Lets the coroutine begin or go on, until it suspends or ends; on an engine whose blocking calls
   * free the loop, also until it blocks. By the loop.
   */
  Pause resume();

  /**
   * Gives the turn back; returns when the coroutine is resumed. By the coroutine.
   *
   * @throws IllegalStateException if the coroutine cannot be suspended here; it keeps the turn
   * @throws StackOverflowError likewise, and any other error of the JVM
   */
  void suspend();

  /**
   * Goes on after a blocking call, or with a turn that it could not take before. By the loop, when
   * the engine says so.
   */
  default Pause resumeBlocked() {
    throw new UnsupportedOperationException("blocking calls of this engine block the loop");
  }

  /**
   * Interrupts the blocking call that the coroutine is in, unless that may run code of users. By
   * the loop.
   *
   * @return false if it may: then another thread has to interrupt {@link #thread}
   */
  default boolean interrupt() {
    throw new UnsupportedOperationException("blocking calls of this engine block the loop");
  }

  /** Whether it has begun and not ended. By the loop. */
  boolean isAlive();

  /** The thread that the coroutine runs in, or null if that is the loop's. */
  @Nullable Thread thread();
}
