package io.tourbillon.timer.internal;

import java.io.Serial;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock that is held for a few instructions, by callers from any depth of their stacks: whoever
 * {@linkplain #lock takes} it has room on the stack for all that is done under it, so that a {@link
 * StackOverflowError} comes before anything has changed. Nobody waits for anything else, and no
 * code of users runs, while it is held.
 */
public final class ShortLock extends ReentrantLock {
  @Serial private static final long serialVersionUID = 1;

  /** A lock that nobody holds. */
  public ShortLock() {}

  /**
   * Takes the lock.
   *
   * @throws StackOverflowError if there is no room on the stack for what follows; it is not taken
   */
  @Override
  public void lock() {
    StackReserve.require();
    super.lock();
  }
}
