package io.tourbillon.bench.subject;

import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A scheduled executor of the JDK. */
final class JdkTimers implements TimerSubject {
  private final ScheduledExecutorService executor;
  private final @Nullable Future<?>[] futures;

  JdkTimers(int places, ScheduledExecutorService executor) {
    this.executor = executor;
    futures = new Future<?>[places];
  }

  @Override
  public void arm(int place, long delayNanos, SubjectTask task) {
    futures[place] = executor.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
  }

  /** ForkJoinPool returns true for a timer that an earlier call has cancelled. */
  @Override
  public boolean cancel(int place) {
    Future<?> future = Objects.requireNonNull(futures[place], "a place must be armed first");
    return !future.isDone() && future.cancel(false);
  }

  @Override
  public void forget() {
    Arrays.fill(futures, null);
  }

  /**
   * Counts the futures. ForkJoinPool's own count includes cancelled timers that it has not removed
   * yet, which may take until they would have fired.
   */
  @Override
  public long pending() {
    return Arrays.stream(futures).filter(future -> future != null && !future.isDone()).count();
  }

  /** Does nothing: a cancel ends its future at once, and to count them takes long. */
  @Override
  public void settle(long expected) {}

  @Override
  public void close() {
    executor.shutdownNow();
  }

  @Override
  public String toString() {
    return executor.toString();
  }
}
