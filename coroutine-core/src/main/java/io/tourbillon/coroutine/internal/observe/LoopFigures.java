package io.tourbillon.coroutine.internal.observe;

import io.tourbillon.coroutine.LoopStats;
import io.tourbillon.timer.internal.text.Measured;
import io.tourbillon.timer.internal.text.Printable;

/** The figures of a loop. */
public record LoopFigures(
    String name,
    long coroutines,
    long readyQueue,
    long mailbox,
    long busyNanos,
    long switches,
    long takenOver,
    long stalls,
    boolean dead)
    implements LoopStats {
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
        + ", taken over "
        + takenOver
        + ", stalls "
        + stalls
        + (dead ? ", dead" : "");
  }
}
