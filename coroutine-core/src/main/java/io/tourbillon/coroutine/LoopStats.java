package io.tourbillon.coroutine;

/**
 * What a loop has done since its scheduler was built, and its state: an immutable snapshot. Only
 * schedulers make snapshots; later versions may add figures.
 */
public interface LoopStats {
  /** The name of the loop and of its thread. */
  String name();

  /**
   * Coroutines that belong to the loop, or wait for it or another to run them, and have not ended.
   */
  long coroutines();

  /**
   * Tasks that were ready when the loop last counted them. Coroutines that another loop has taken
   * over meanwhile are counted until their turn would have come.
   */
  long readyQueue();

  /** Messages from other threads that the loop has not read. */
  long mailbox();

  /**
   * The time in which the loop did not rest, by the clock of the scheduler. A rest may begin with
   * some microseconds in which the loop looks for messages and uses its processor.
   */
  long busyNanos();

  /** Turns of coroutines and of other virtual threads. */
  long switches();

  /** Coroutines that this loop took over from others, before or after they had begun. */
  long takenOver();

  /** Turns that the watchdog reported. */
  long stalls();

  /** True if the loop has failed, so that nothing runs on it. */
  boolean dead();

  /** One line for people. Invisible characters of the name are replaced. */
  @Override
  String toString();
}
