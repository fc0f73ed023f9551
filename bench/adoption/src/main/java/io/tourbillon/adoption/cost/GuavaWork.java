package io.tourbillon.adoption.cost;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.SettableFuture;
import io.tourbillon.adoption.GuavaRecipe;
import io.tourbillon.adoption.TimeSource;
import java.time.Duration;

/** Futures that end in time. */
final class GuavaWork implements Workload {
  @Override
  public Session open(TimeSource source) {
    var executor = GuavaRecipe.executor(source);
    return new Session() {
      @Override
      public void run(int calls) throws Exception {
        for (int i = 0; i < calls; i++) {
          SettableFuture<Integer> call = SettableFuture.create();
          var limited = Futures.withTimeout(call, Duration.ofMinutes(1), executor);
          call.set(i);
          limited.get();
        }
      }

      @Override
      public void close() {
        executor.shutdownNow();
      }
    };
  }
}
