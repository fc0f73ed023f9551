package io.tourbillon.bench.soak.load;

import io.tourbillon.bench.soak.round.RoundResult;
import java.time.Duration;

/** A load: much work for a long time, without a fault. */
@FunctionalInterface
public interface LoadTrial {
  /**
   * Runs the load in this JVM.
   *
   * @param name for the result
   * @param duration how long, after the load was built up
   */
  RoundResult run(String name, long seed, Duration duration) throws Exception;
}
