package io.tourbillon.timer;

import io.tourbillon.timer.internal.Confinement;
import io.tourbillon.timer.internal.PendingLimit;
import io.tourbillon.timer.internal.TickScale;
import org.jspecify.annotations.Nullable;

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
 * @param confinement the rule that one thread uses the service, or null if all may
 */
record ServiceParts(
    TickScale scale,
    Clock clock,
    PendingLimit limit,
    Waker waker,
    Events events,
    RunEnds runEnds,
    NotedTask.Notes notes,
    boolean recordStats,
    @Nullable Confinement confinement) {
  /**
   * For operations that change something before they take the lock of a shard.
   *
   * @throws IllegalStateException if another thread owns the service
   */
  void requireOwner() {
    if (confinement != null) {
      confinement.require();
    }
  }

  /** The current elapsed time. */
  long elapsedNanos() {
    return scale.elapsedNanos(clock.nanoTime());
  }
}
