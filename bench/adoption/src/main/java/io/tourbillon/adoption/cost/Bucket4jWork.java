package io.tourbillon.adoption.cost;

import io.github.bucket4j.Bucket;
import io.tourbillon.adoption.Bucket4jRecipe;
import io.tourbillon.adoption.TimeSource;
import java.time.Duration;

/** Waits for tokens, of which there are 200,000 a second. */
final class Bucket4jWork implements Workload {
  @Override
  public Session open(TimeSource source) {
    Bucket bucket =
        Bucket.builder()
            .addLimit(limit -> limit.capacity(1).refillGreedy(200_000, Duration.ofSeconds(1)))
            .build();
    return new Session() {
      @Override
      public void run(int calls) throws InterruptedException {
        InFlight inFlight = new InFlight();
        for (int i = 0; i < calls; i++) {
          inFlight.begin();
          var _ = Bucket4jRecipe.consume(source, bucket).whenComplete((_, _) -> inFlight.end());
        }
        inFlight.awaitAll();
      }

      @Override
      public void close() {}
    };
  }
}
