package io.tourbillon.bench.scenario;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * How much of a scenario to do.
 *
 * @param size the number of timers or coroutines, or of threads if the coroutines talk
 * @param warmUpMillis the minimum time of the warm-up
 * @param measureMillis how long the measurement takes, or over what time its timers are spread
 */
public record Job(int size, int warmUpMillis, int measureMillis) {
  /**
   * Begins one of several equal parts of the warm-up. The result is true after that part is over.
   */
  BooleanSupplier beginWarmUp(int parts) {
    long startNanos = System.nanoTime();
    long nanos = TimeUnit.MILLISECONDS.toNanos(warmUpMillis) / parts;
    return () -> System.nanoTime() - startNanos >= nanos;
  }
}
