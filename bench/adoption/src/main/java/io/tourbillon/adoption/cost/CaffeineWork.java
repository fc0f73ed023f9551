package io.tourbillon.adoption.cost;

import com.github.benmanes.caffeine.cache.Cache;
import io.tourbillon.adoption.CaffeineRecipe;
import io.tourbillon.adoption.TimeSource;
import java.time.Duration;

/** Entries that are written and soon expire. */
final class CaffeineWork implements Workload {
  private static final int KEYS = 100_000;

  @Override
  public Session open(TimeSource source) {
    Cache<Integer, Integer> cache =
        CaffeineRecipe.builder(source).expireAfterWrite(Duration.ofSeconds(1)).build();
    return new Session() {
      @Override
      public void run(int calls) {
        for (int i = 0; i < calls; i++) {
          cache.put(i % KEYS, i);
        }
      }

      @Override
      public void close() {
        cache.invalidateAll();
      }
    };
  }
}
