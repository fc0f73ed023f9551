package io.tourbillon.adoption.cost;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RetryPolicy;
import io.tourbillon.adoption.FailsafeRecipe;
import io.tourbillon.adoption.TimeSource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** Calls that fail at first, and are repeated after a pause. */
final class FailsafeWork implements Workload {
  @Override
  public Session open(TimeSource source) {
    RetryPolicy<Integer> retry =
        RetryPolicy.<Integer>builder().withDelay(Duration.ofMillis(1)).build();
    FailsafeExecutor<Integer> failsafe = FailsafeRecipe.on(source, Failsafe.with(retry));
    return new Session() {
      @Override
      public void run(int calls) throws InterruptedException {
        InFlight inFlight = new InFlight();
        for (int i = 0; i < calls; i++) {
          int number = i;
          AtomicBoolean failed = new AtomicBoolean();
          inFlight.begin();
          var _ =
              failsafe
                  .getAsync(
                      () -> {
                        if (failed.compareAndSet(false, true)) {
                          throw new IllegalStateException();
                        }
                        return number;
                      })
                  .whenComplete((_, _) -> inFlight.end());
        }
        inFlight.awaitAll();
      }

      @Override
      public void close() {}
    };
  }
}
