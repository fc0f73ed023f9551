package io.tourbillon.metrics.server;

import io.tourbillon.timer.TimerService;
import java.time.Duration;

/** Finds out whether a service still fires. Only looks: no timer is armed for it. */
record TimerWatch(TimerService timers, Duration limit) {
  /** What is the matter with the service. */
  Condition check() {
    if (timers.isShutdown()) {
      return Condition.CLOSED;
    }
    return timers.overdue().compareTo(limit) > 0 ? Condition.STALLED : Condition.UP;
  }
}
