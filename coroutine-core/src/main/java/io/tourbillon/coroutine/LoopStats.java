package io.tourbillon.coroutine;

import io.tourbillon.timer.internal.text.Measured;
import io.tourbillon.timer.internal.text.Printable;

/**
 * What a loop has done since its scheduler was built, and how it stands.
 *
 * @param name of the loop, and of its thread
 * @param coroutines that were placed here and have not ended
 * @param readyQueue turns that were waited for when the loop last looked
 * @param mailbox messages of other threads that the loop has not read
 * @param busyNanos time in which it was not at rest; by the clock of the scheduler
 * @param switches turns given
 * @param stalls turns that the watchdog has told of
 * @param dead whether something in it has broken, so that nothing goes on here
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
  /** One line. */
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
