package io.tourbillon.timer.internal;

import java.io.Serial;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock that is held for a few instructions, by callers at any depth of their stacks. {@link
 * #lock} makes sure that the stack has room for everything that is done under the lock, so that a
 * {@link StackOverflowError} comes before anything has changed. A thread that holds the lock does
 * not block and runs no user code.
 */
public final class ShortLock extends ReentrantLock {
  @Serial private static final long serialVersionUID = 1;

  /** A free lock. */
  public ShortLock() {}

  /**
   * Takes the lock.
   *
   * @throws StackOverflowError if the stack has no room; the lock is not taken
   */
  @Override
  public void lock() {
    StackReserve.require();
    super.lock();
  }
}
