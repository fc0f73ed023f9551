package io.tourbillon.adoption;

import io.tourbillon.adoption.TimeSource.Own;
import io.tourbillon.adoption.TimeSource.Tourbillon;
import io.tourbillon.timer.TimerService;
import java.util.concurrent.ScheduledExecutorService;

/** Resilience4j: the executor that its time limiters and retries take with each call. */
public final class Resilience4jRecipe {
  private Resilience4jRecipe() {}

  /** For {@code TimeLimiter.executeCompletionStage} and {@code Retry.executeCompletionStage}. */
  public static ScheduledExecutorService executor(TimeSource source) {
    switch (source) {
      case Own own -> {
        return own.executor();
      }
      case Tourbillon(TimerService timers, _) -> {
        ScheduledExecutorService executor = timers.asScheduledExecutor();
        return executor;
      }
    }
  }
}
