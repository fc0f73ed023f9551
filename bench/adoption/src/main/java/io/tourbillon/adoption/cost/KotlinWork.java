package io.tourbillon.adoption.cost;

import io.tourbillon.adoption.KotlinRecipe;
import io.tourbillon.adoption.TimeSource;
import java.time.Duration;
import kotlinx.coroutines.CoroutineDispatcher;

/** Blocks that end in time. */
final class KotlinWork implements Workload {
  @Override
  public Session open(TimeSource source) {
    CoroutineDispatcher dispatcher = KotlinRecipe.dispatcher(source);
    return new Session() {
      @Override
      public void run(int calls) {
        KotlinRecipe.callsInTime(dispatcher, calls, Duration.ofMinutes(1));
      }

      @Override
      public void close() {}
    };
  }
}
