package io.tourbillon.adoption.cost;

import io.tourbillon.adoption.RedissonRecipe;
import io.tourbillon.adoption.TimeSource;
import org.redisson.Redisson;
import org.redisson.api.RAtomicLong;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/** Commands to a Redis, which {@link RedisAddress} names. Writes the key {@code counter}. */
final class RedissonWork implements Workload {
  @Override
  public Session open(TimeSource source) {
    Config config = RedissonRecipe.configure(source, new Config());
    config.useSingleServer().setAddress(RedisAddress.uri());
    RedissonClient client = Redisson.create(config);
    RAtomicLong counter = client.getAtomicLong("counter");
    return new Session() {
      @Override
      public void run(int calls) throws InterruptedException {
        InFlight inFlight = new InFlight();
        for (int i = 0; i < calls; i++) {
          inFlight.begin();
          var _ = counter.incrementAndGetAsync().whenComplete((_, _) -> inFlight.end());
        }
        inFlight.awaitAll();
      }

      @Override
      public void close() {
        client.shutdown();
      }
    };
  }
}
