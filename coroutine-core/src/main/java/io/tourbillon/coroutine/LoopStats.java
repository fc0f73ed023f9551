package io.tourbillon.coroutine;

import io.tourbillon.timer.internal.text.Measured;
import io.tourbillon.timer.internal.text.Printable;

/**
 * A snapshot of what a loop has done since its scheduler was built, and of its state.
 *
 * @param name the name of the loop and of its thread
 * @param coroutines coroutines that were placed on the loop and have not ended
 * @param readyQueue tasks that were ready when the loop last counted them
 * @param mailbox messages from other threads that the loop has not read
 * @param busyNanos time in which the loop did not rest, by the clock of the scheduler
 * @param switches turns of coroutines and of other virtual threads
 * @param stalls turns that the watchdog reported
 * @param dead whether the loop has failed, so that nothing runs on it
 */
public record LoopStats(
    String name,
    long coroutines,
    long readyQueue,
    long mailbox,
    long busyNanos,
    long switches,
    long stalls,
    boolean dead) {
  /** Returns one line. */
  @Override
  public String toString() {
    return Printable.of(name)
        + ": coroutines "
        + coroutines
        + ", ready "
        + readyQueue
        + ", mailbox "
        + mailbox
        + ", busy for "
        + Measured.time(busyNanos)
        + ", switches "
        + switches
        + ", stalls "
        + stalls
        + (dead ? ", dead" : "");
  }
}
