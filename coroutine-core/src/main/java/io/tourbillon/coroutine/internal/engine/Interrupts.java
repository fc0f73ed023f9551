package io.tourbillon.coroutine.internal.engine;

/** The only class that calls {@link Thread#interrupt}, so that no loop does so by mistake. */
public final class Interrupts {
  private Interrupts() {}

  /**
   * Sets the interrupt status of the calling thread again, after a wait that ignored the interrupt.
   */
  public static void restore() {
    Thread.currentThread().interrupt();
  }

  /**
   * Interrupts another thread. If that thread is blocked in a channel or a selector, this closes or
   * wakes it, which may run code of users; then the thread of a loop must not call it.
   */
  public static void deliver(Thread target) {
    target.interrupt();
  }
}
