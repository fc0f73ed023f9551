package io.tourbillon.coroutine.internal.engine;

import org.jspecify.annotations.Nullable;

/**
 * The stack of one coroutine. This is the seam between the scheduler, which does not know how a
 * stack is kept, and the engines, which know nothing else.
 *
 * <p>{@link #resume} passes the turn from the loop to the coroutine; {@link #suspend} or the end of
 * the coroutine passes it back. The side that has the turn may use the fields of the coroutine, and
 * sees what the other wrote.
 */
public interface Strand {
  /**
   * Runs the coroutine until it suspends or ends; on an engine whose blocking calls free the loop,
   * also until it blocks. Called by the loop.
   */
  Pause resume();

  /**
   * Gives the turn back; returns when the coroutine is resumed. Called by the coroutine.
   *
   * @throws IllegalStateException if the coroutine cannot be suspended here; it keeps the turn
   * @throws StackOverflowError if the stack is full; it keeps the turn, as with any other error
   */
  void suspend();

  /**
   * Runs the coroutine after a blocking call, or after {@link Pause#NOT_TAKEN}. Called by the loop,
   * when the engine asks for it.
   */
  default Pause resumeBlocked() {
    throw new UnsupportedOperationException("blocking calls of this engine block the loop");
  }

  /**
   * Interrupts the blocking call that the coroutine is in, unless the interrupt may run code of
   * users. Called by the loop.
   *
   * @return false if it may; then another thread must interrupt {@link #thread}
   */
  default boolean interrupt() {
    throw new UnsupportedOperationException("blocking calls of this engine block the loop");
  }

  /**
   * Returns whether only the loop can resume it: the JDK will not do so of itself. Called as {@link
   * #leaves}, while the coroutine is suspended.
   */
  default boolean isAtRest() {
    return true;
  }

  /**
   * Called before another loop may take the coroutine over: by the loop, or by another thread while
   * the loop stands in the turn of another coroutine.
   *
   * @throws OutOfMemoryError if there is no memory for that; nothing has changed then
   */
  default void leaves() {}

  /**
   * Continues with the engine of another loop. Called by that loop, after {@link #leaves} and
   * before it resumes the coroutine.
   */
  default void moveTo(LoopEngine engine) {
    throw new UnsupportedOperationException("a coroutine of this engine cannot move");
  }

  /** Returns true until it has ended. Called by the loop. */
  boolean isAlive();

  /** Returns the thread that the coroutine runs in; null if it runs in the loop's thread. */
  @Nullable Thread thread();
}
