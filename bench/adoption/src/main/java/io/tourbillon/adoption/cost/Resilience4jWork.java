package io.tourbillon.adoption.cost;

import io.github.resilience4j.timelimiter.TimeLimiter;
import io.tourbillon.adoption.Resilience4jRecipe;
import io.tourbillon.adoption.TimeSource;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;

/** Calls that end in time. */
final class Resilience4jWork implements Workload {
  @Override
  public Session open(TimeSource source) {
    ScheduledExecutorService executor = Resilience4jRecipe.executor(source);
    TimeLimiter limiter = TimeLimiter.of(Duration.ofMinutes(1));
    return new Session() {
      @Override
      public void run(int calls) throws Exception {
        for (int i = 0; i < calls; i++) {
          CompletableFuture<Integer> call = new CompletableFuture<>();
          var limited = limiter.executeCompletionStage(executor, () -> call);
          call.complete(i);
          limited.toCompletableFuture().get();
        }
      }

      @Override
      public void close() {}
    };
  }
}
