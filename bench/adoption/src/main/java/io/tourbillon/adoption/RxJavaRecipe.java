package io.tourbillon.adoption;

import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.tourbillon.adoption.TimeSource.Own;
import io.tourbillon.adoption.TimeSource.Tourbillon;
import io.tourbillon.timer.TimerService;

/** RxJava: a scheduler for delays, timeouts, retries and intervals. */
public final class RxJavaRecipe {
  private RxJavaRecipe() {}

  /** Shutting the scheduler down leaves the executor view open. */
  public static Scheduler scheduler(TimeSource source) {
    return switch (source) {
      case Own _ -> RxJavaPlugins.createSingleScheduler(Thread.ofPlatform().daemon().factory());
      case Tourbillon(TimerService timers, _) -> Schedulers.from(timers.asScheduledExecutor());
    };
  }
}
