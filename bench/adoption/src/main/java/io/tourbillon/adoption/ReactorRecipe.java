package io.tourbillon.adoption;

import io.tourbillon.adoption.TimeSource.Own;
import io.tourbillon.adoption.TimeSource.Tourbillon;
import io.tourbillon.timer.TimerService;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Reactor: a scheduler for delays, timeouts, retries and intervals. */
public final class ReactorRecipe {
  private ReactorRecipe() {}

  /** Disposing the scheduler shuts the executor view down, and not the timer service. */
  public static Scheduler scheduler(TimeSource source) {
    return switch (source) {
      case Own _ -> Schedulers.newSingle("own");
      case Tourbillon(TimerService timers, _) ->
          Schedulers.fromExecutorService(timers.asScheduledExecutor());
    };
  }
}
