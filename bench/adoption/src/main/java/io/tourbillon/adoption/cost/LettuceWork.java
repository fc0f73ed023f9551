package io.tourbillon.adoption.cost;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.tourbillon.adoption.LettuceRecipe;
import io.tourbillon.adoption.TimeSource;
import java.time.Duration;

/** Commands to a Redis, which {@link RedisAddress} names. Writes the key {@code counter}. */
final class LettuceWork implements Workload {
  @Override
  public Session open(TimeSource source) {
    ClientResources resources = LettuceRecipe.resources(source);
    RedisClient client = RedisClient.create(resources, RedisAddress.uri());
    client.setOptions(
        ClientOptions.builder()
            .timeoutOptions(TimeoutOptions.enabled(Duration.ofMinutes(1)))
            .build());
    StatefulRedisConnection<String, String> connection = client.connect();
    return new Session() {
      @Override
      public void run(int calls) throws InterruptedException {
        InFlight inFlight = new InFlight();
        for (int i = 0; i < calls; i++) {
          inFlight.begin();
          var _ = connection.async().incr("counter").whenComplete((_, _) -> inFlight.end());
        }
        inFlight.awaitAll();
      }

      @Override
      public void close() {
        connection.close();
        client.shutdown();
        var _ = resources.shutdown();
      }
    };
  }
}
