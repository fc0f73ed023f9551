package io.tourbillon.coroutine.internal.engine;

/** The only place that calls {@link Thread#interrupt}, so that no loop does by mistake. */
public final class Interrupts {
  private Interrupts() {}

  /** Sets the status of the calling thread again, after a wait that must not be interrupted. */
  public static void restore() {
    Thread.currentThread().interrupt();
  }

  /**
   * Interrupts another thread. If that is blocked in a channel or a selector this closes it or
   * wakes it up, which may be code of users: then it must not be called by a loop's own thread.
   */
  public static void deliver(Thread target) {
    target.interrupt();
  }
}
