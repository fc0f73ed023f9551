package io.tourbillon.adoption;

import io.github.bucket4j.Bucket;
import io.tourbillon.adoption.TimeSource.Own;
import io.tourbillon.adoption.TimeSource.Tourbillon;
import io.tourbillon.timer.TimerService;
import java.util.concurrent.CompletableFuture;

/** Bucket4j: the executor that completes those who wait for tokens. */
public final class Bucket4jRecipe {
  private Bucket4jRecipe() {}

  /** Waits for a token without a thread. */
  public static CompletableFuture<Void> consume(TimeSource source, Bucket bucket) {
    return switch (source) {
      case Own own -> bucket.asScheduler().consume(1, own.executor());
      case Tourbillon(TimerService timers, _) ->
          bucket.asScheduler().consume(1, timers.asScheduledExecutor());
    };
  }
}
