package io.tourbillon.adoption.cost;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.Timeout;
import io.tourbillon.adoption.FailsafeRecipe;
import io.tourbillon.adoption.TimeSource;
import java.time.Duration;

/** Calls in the calling thread that end in time. */
final class FailsafeWork implements Workload {
  @Override
  public Session open(TimeSource source) {
    FailsafeExecutor<Integer> failsafe =
        FailsafeRecipe.on(source, Failsafe.with(Timeout.of(Duration.ofMinutes(1))));
    return new Session() {
      @Override
      public void run(int calls) {
        for (int i = 0; i < calls; i++) {
          int number = i;
          failsafe.get(() -> number);
        }
      }

      @Override
      public void close() {}
    };
  }
}
