package io.tourbillon.adoption;

import io.tourbillon.adoption.TimeSource.Own;
import io.tourbillon.adoption.TimeSource.Tourbillon;
import io.tourbillon.timer.TimerService;
import org.springframework.scheduling.concurrent.ConcurrentTaskScheduler;

/** Spring: a task scheduler, for {@code @Scheduled} as well. */
public final class SpringRecipe {
  private SpringRecipe() {}

  /** Spring does not shut the executor down. */
  public static ConcurrentTaskScheduler scheduler(TimeSource source) {
    return switch (source) {
      case Own own -> new ConcurrentTaskScheduler(own.executor());
      case Tourbillon(TimerService timers, _) ->
          new ConcurrentTaskScheduler(timers.asScheduledExecutor());
    };
  }
}
