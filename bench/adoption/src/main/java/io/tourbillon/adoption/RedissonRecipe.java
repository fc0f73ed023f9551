package io.tourbillon.adoption;

import io.tourbillon.adoption.TimeSource.Tourbillon;
import io.tourbillon.coroutine.CoroutineScheduler;
import org.redisson.config.Config;

/**
 * Redisson: listeners, and the ends of asynchronous calls, run in virtual threads on the loops. Its
 * timer cannot be replaced: {@code ServiceManager} makes a {@code HashedWheelTimer} of its own.
 */
public final class RedissonRecipe {
  private RedissonRecipe() {}

  /** Redisson does not shut down an executor that it was given. */
  public static Config configure(TimeSource source, Config config) {
    if (source instanceof Tourbillon(_, CoroutineScheduler scheduler)) {
      config.setExecutor(scheduler.asExecutor());
    }
    return config;
  }
}
