package io.tourbillon.adoption.cost;

import io.tourbillon.adoption.ReactorRecipe;
import io.tourbillon.adoption.TimeSource;
import java.time.Duration;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/** Values that arrive in time. */
final class ReactorWork implements Workload {
  @Override
  public Session open(TimeSource source) {
    Scheduler scheduler = ReactorRecipe.scheduler(source);
    return new Session() {
      @Override
      public void run(int calls) throws Exception {
        for (int i = 0; i < calls; i++) {
          Sinks.One<Integer> call = Sinks.one();
          Mono<Integer> limited = call.asMono().timeout(Duration.ofMinutes(1), scheduler);
          var value = limited.toFuture();
          call.tryEmitValue(i).orThrow();
          value.get();
        }
      }

      @Override
      public void close() {
        scheduler.dispose();
      }
    };
  }
}
