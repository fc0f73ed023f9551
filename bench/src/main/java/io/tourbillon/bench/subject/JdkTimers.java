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

  /** ForkJoinPool says of a timer that was cancelled before that this call has cancelled it. */
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
   * By the futures, as ForkJoinPool's own count has cancelled timers in it that it has not removed
   * yet, and that can take as long as they would have been pending.
   */
  @Override
  public long pending() {
    return Arrays.stream(futures).filter(future -> future != null && !future.isDone()).count();
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }

  @Override
  public String toString() {
    return executor.toString();
  }
}
