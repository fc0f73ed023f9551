package io.tourbillon.timer;

import io.tourbillon.timer.internal.PendingLimit;
import io.tourbillon.timer.internal.TickScale;

/**
 * The parts that all shards of a service share. Each of them may be called by any thread.
 *
 * @param scale converts between the clock and ticks
 * @param limit the permits of pending timers
 * @param waker wakes the driver
 * @param events tells the listener and the exception handler
 * @param runEnds lets threads wait for the end of a run
 * @param notes what to note of each task
 * @param recordStats whether shards record statistics
 */
record ServiceParts(
    TickScale scale,
    Clock clock,
    PendingLimit limit,
    Waker waker,
    Events events,
    RunEnds runEnds,
    NotedTask.Notes notes,
    boolean recordStats) {
  /** The current elapsed time. */
  long elapsedNanos() {
    return scale.elapsedNanos(clock.nanoTime());
  }
}
