package io.tourbillon.metrics.internal.health;

import io.tourbillon.timer.TimerService;
import java.time.Duration;

/** Finds out whether a service still fires timers. Only looks, and arms no timer for that. */
public record TimerWatch(TimerService timers, Duration limit) {
  /** Returns the condition of the service. */
  public Condition check() {
    if (timers.isShutdown()) {
      return Condition.CLOSED;
    }
    return timers.overdue().compareTo(limit) > 0 ? Condition.STALLED : Condition.UP;
  }
}
