package io.tourbillon.stress.memory;

import io.tourbillon.coroutine.Action;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What programs do when there was no memory, and how long they wait for what must come. */
final class Patience {
  /** What has not come by then will not. */
  static final Duration LIMIT = Duration.ofSeconds(10);

  private static final long LOOK_MICROS = 100;

  private Patience() {}

  /** Repeats an operation that has thrown for lack of memory. */
  static <T extends @Nullable Object> T again(Callable<T> operation) throws Exception {
    while (true) {
      try {
        return operation.call();
      } catch (OutOfMemoryError full) {
        Thread.onSpinWait();
      }
    }
  }

  /** As {@link #again}, without a result. */
  static void repeat(Action action) throws Exception {
    Boolean _ =
        again(
            () -> {
              action.run();
              return true;
            });
  }

  /** Waits until a condition holds, or the limit has passed. The caller must look which. */
  static void awaitUntil(BooleanSupplier condition) throws InterruptedException {
    long startNanos = System.nanoTime();
    while (!condition.getAsBoolean() && System.nanoTime() - startNanos < LIMIT.toNanos()) {
      TimeUnit.MICROSECONDS.sleep(LOOK_MICROS);
    }
  }

  /**
   * Throws if there are faults.
   *
   * @param failures what may explain them
   */
  static void requireNone(List<String> faults, Iterable<Throwable> failures) {
    if (!faults.isEmpty()) {
      AssertionError error = new AssertionError(faults.toString());
      failures.forEach(error::addSuppressed);
      throw error;
    }
  }
}
