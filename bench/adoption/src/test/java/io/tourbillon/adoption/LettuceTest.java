package io.tourbillon.adoption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lettuce's timeouts of commands and delays of reconnects, against a real Redis. */
@Tag("programs")
class LettuceTest extends AdoptionTest {
  @TempDir private Path folder;
  private RedisServer redis;
  private ClientResources resources;
  private RedisClient client;

  @BeforeEach
  void startRedis() throws Exception {
    redis = RedisServer.start(folder);
  }

  private void connect(TimeSource source, Duration commandTimeout) {
    resources = LettuceRecipe.resources(source);
    // Lettuce leaves the timeouts of a handshake that the restart of Redis has cut off.
    client = RedisClient.create(resources, redis.uri() + "?timeout=3s");
    client.setOptions(
        ClientOptions.builder().timeoutOptions(TimeoutOptions.enabled(commandTimeout)).build());
  }

  @AfterEach
  void stop() throws Exception {
    if (client != null) {
      client.shutdown(0, 2, TimeUnit.SECONDS);
      resources.shutdown(0, 2, TimeUnit.SECONDS).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
    redis.close();
  }

  @ParameterizedTest
  @EnumSource
  void commandTimeout_fires_ifRedisDoesNotAnswer(Subject subject) throws Exception {
    connect(open(subject), Duration.ofMillis(100));
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      long startNanos = System.nanoTime();
      RedisFuture<?> pop = connection.async().blpop(5, "empty");
      assertCause(
          RedisCommandTimeoutException.class,
          assertThrows(
              ExecutionException.class, () -> pop.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)));
      assertElapsed(Duration.ofMillis(100), startNanos);
    }
  }

  @ParameterizedTest
  @EnumSource
  void commandTimeouts_areCancelled_byTheAnswers(Subject subject) throws Exception {
    TimeSource source = open(subject);
    connect(source, Duration.ofHours(1));
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      List<RedisFuture<Long>> answers = new ArrayList<>();
      for (int i = 0; i < 5000; i++) {
        answers.add(connection.async().incr("counter"));
      }
      for (int i = 0; i < answers.size(); i++) {
        assertEquals(i + 1, answers.get(i).get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
      }
      awaitNonePending(source);
    }
  }

  @ParameterizedTest
  @EnumSource
  void client_reconnects_whenRedisIsBack(Subject subject) throws Exception {
    connect(open(subject), Duration.ofSeconds(5));
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      assertNull(connection.sync().get("key"));
      List<RedisFuture<String>> queued = new ArrayList<>();
      redis.restart(
          () -> {
            queued.add(connection.async().set("key", "value"));
            assertTrue(!queued.getFirst().isDone());
          });
      assertEquals("OK", queued.getFirst().get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
      assertEquals("value", connection.sync().get("key"));
    }
  }
}
