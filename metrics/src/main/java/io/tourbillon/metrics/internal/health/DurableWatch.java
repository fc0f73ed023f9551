package io.tourbillon.metrics.internal.health;

import io.tourbillon.timer.durable.DurableStats;
import io.tourbillon.timer.durable.DurableTimers;

/**
 * Finds out whether a durable service can fire: not when its lease is overdue, as it is when the
 * database does not answer. Reads statistics, and asks no database.
 */
public record DurableWatch(DurableTimers timers) {
  /** Returns the condition of the service. */
  public Condition check() {
    DurableStats stats = timers.stats();
    if (stats.closed()) {
      return Condition.CLOSED;
    }
    return stats.leaseAge().compareTo(stats.lease()) > 0 ? Condition.STALLED : Condition.UP;
  }
}
