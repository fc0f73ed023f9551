package io.tourbillon.bench.soak.fault;

import io.tourbillon.bench.soak.round.Disturbance;
import io.tourbillon.bench.soak.round.Scene;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The heap is filled to the last bytes for some hundred milliseconds, again and again. */
final class FullHeap implements Disturbance {
  private static final int FIRST_SIZE = 1 << 14;
  private static final int LEAST_ERRORS = 3;
  private static final int LEAST_MILLIS = 50;
  private static final int MOST_MILLIS = 500;
  private static final int BETWEEN_MILLIS = 150;

  /** The latest array, whose first element is the one before. */
  private @Nullable Object @Nullable [] chain;

  @Override
  public void disturb(Scene scene) throws InterruptedException {
    while (scene.goesOn()) {
      int millis = scene.random().nextInt(LEAST_MILLIS, MOST_MILLIS);
      int errors = fill(TimeUnit.MILLISECONDS.toNanos(millis));
      chain = null;
      scene.pause(BETWEEN_MILLIS);
      scene.count("fills of the heap", 1);
      scene.count("allocations that failed", errors);
    }
  }

  private int fill(long nanos) {
    long startNanos = System.nanoTime();
    int errors = 0;
    int size = FIRST_SIZE;
    while (System.nanoTime() - startNanos < nanos || errors < LEAST_ERRORS) {
      try {
        @Nullable Object[] next = new @Nullable Object[size];
        next[0] = chain;
        chain = next;
      } catch (OutOfMemoryError full) {
        errors++;
        size = Math.max(1, size / 8);
      }
    }
    return errors;
  }
}
