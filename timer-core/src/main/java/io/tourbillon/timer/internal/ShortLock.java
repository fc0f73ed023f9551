package io.tourbillon.timer.internal;

/**
 * A {@link SpinningLock} for callers at any depth of their stacks. {@link #lock} makes sure that
 * the stack has room for everything that is done under the lock, so that a {@link
 * StackOverflowError} comes before anything has changed.
 */
public final class ShortLock extends SpinningLock {
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
