package io.tourbillon.adoption;

import dev.failsafe.FailsafeExecutor;
import dev.failsafe.spi.Scheduler;
import io.tourbillon.adoption.TimeSource.Own;
import io.tourbillon.adoption.TimeSource.Tourbillon;
import io.tourbillon.timer.TimerService;

/** Failsafe: the scheduler of retries and of asynchronous calls. Its timeouts have one of their own. */
public final class FailsafeRecipe {
  private FailsafeRecipe() {}

  /**
   * Failsafe runs the calls on this scheduler as well. Give the service an executor if they block.
   */
  public static <R> FailsafeExecutor<R> on(TimeSource source, FailsafeExecutor<R> failsafe) {
    return switch (source) {
      case Own _ -> failsafe;
      case Tourbillon(TimerService timers, _) ->
          failsafe.with(Scheduler.of(timers.asScheduledExecutor()));
    };
  }
}
