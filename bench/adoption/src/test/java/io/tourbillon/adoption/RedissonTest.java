package io.tourbillon.adoption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.HashedWheelTimer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.redisson.Redisson;
import org.redisson.api.RLock;
import org.redisson.api.RTopic;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;
import org.redisson.connection.ServiceManager;

/** Redisson's listeners and locks, with its executor on our loops, against a real Redis. */
@Tag("programs")
class RedissonTest extends AdoptionTest {
  @TempDir private Path folder;
  private RedisServer redis;

  @BeforeEach
  void startRedis() throws Exception {
    redis = RedisServer.start(folder);
  }

  @AfterEach
  void stopRedis() {
    redis.close();
  }

  private RedissonClient connect(TimeSource source) {
    Config config = RedissonRecipe.configure(source, new Config());
    config
        .useSingleServer()
        .setAddress(redis.uri())
        .setConnectionPoolSize(4)
        .setConnectionMinimumIdleSize(1)
        .setSubscriptionConnectionMinimumIdleSize(1);
    return Redisson.create(config);
  }

  @ParameterizedTest
  @EnumSource
  void listener_runsOnTheExecutor(Subject subject) throws Exception {
    RedissonClient client = connect(open(subject));
    String[] heardOn = {""};
    RTopic topic = client.getTopic("news");
    topic.addListener(
        String.class,
        (channel, message) -> {
          synchronized (heardOn) {
            heardOn[0] = message + " on " + Thread.currentThread();
          }
        });
    topic.publish("hello");
    await(
        () -> {
          synchronized (heardOn) {
            return heardOn[0].startsWith("hello");
          }
        },
        () -> "heard: " + heardOn[0]);
    assertEquals(subject == Subject.LOOPS, heardOn[0].contains("VirtualThread"), heardOn[0]);
    client.shutdown(0, 2, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @EnumSource
  void lock_isRefused_afterItsWait(Subject subject) throws Exception {
    RedissonClient client = connect(open(subject));
    RLock lock = client.getLock("lock");
    lock.lock(1, TimeUnit.HOURS);
    try {
      long startNanos = System.nanoTime();
      Thread other =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      assertFalse(lock.tryLock(50, TimeUnit.MILLISECONDS));
                    } catch (InterruptedException interrupted) {
                      throw new AssertionError(interrupted);
                    }
                  });
      assertTrue(other.join(PATIENCE));
      // Redisson counts in whole milliseconds of the wall clock.
      assertElapsed(Duration.ofMillis(48), startNanos);
    } finally {
      lock.unlock();
    }
    client.shutdown(0, 2, TimeUnit.SECONDS);
  }

  /** If this fails, Redisson has got a seam, and the recipe should use it. */
  @Test
  void timer_hasNoSeam() throws Exception {
    assertEquals(
        HashedWheelTimer.class, ServiceManager.class.getMethod("getTimer").getReturnType());
  }
}
