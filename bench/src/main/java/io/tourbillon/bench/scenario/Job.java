package io.tourbillon.bench.scenario;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * How much of a scenario is to be done.
 *
 * @param size timers or coroutines
 * @param warmUpMillis how long it is done at least before it is measured
 * @param measureMillis how long what is measured goes on, or over what time it is spread
 */
public record Job(int size, int warmUpMillis, int measureMillis) {
  /**
   * Begins one of several equal parts of the warm-up; the result is true once that part is over.
   */
  BooleanSupplier beginWarmUp(int parts) {
    long startNanos = System.nanoTime();
    long nanos = TimeUnit.MILLISECONDS.toNanos(warmUpMillis) / parts;
    return () -> System.nanoTime() - startNanos >= nanos;
  }
}
