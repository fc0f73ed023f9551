package io.tourbillon.adoption;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Scheduler;
import io.tourbillon.adoption.TimeSource.Own;
import io.tourbillon.adoption.TimeSource.Tourbillon;
import io.tourbillon.timer.TimerService;

/** Caffeine: a scheduler removes entries soon after they have expired. */
public final class CaffeineRecipe {
  private CaffeineRecipe() {}

  /** The builder with a scheduler. A cache has at most one timer, whatever its size. */
  public static Caffeine<Object, Object> builder(TimeSource source) {
    Caffeine<Object, Object> builder = Caffeine.newBuilder();
    return switch (source) {
      case Own _ -> builder.scheduler(Scheduler.systemScheduler());
      case Tourbillon(TimerService timers, _) ->
          builder.scheduler(Scheduler.forScheduledExecutorService(timers.asScheduledExecutor()));
    };
  }
}
