package io.tourbillon.bench.subject;

import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A scheduled executor of the JDK. There is no way to change a deadline, so pushing out cancels and
 * schedules anew.
 *
 * @param <E> which one
 */
final class JdkTimers<E extends ScheduledExecutorService> implements TimerSubject {
  private final E executor;
  private final ToLongFunction<E> pending;
  private final @Nullable Future<?>[] futures;

  /**
   * @param pending how this executor counts what is scheduled
   */
  JdkTimers(int places, E executor, ToLongFunction<E> pending) {
    this.executor = executor;
    this.pending = pending;
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
  public boolean pushOut(int place, long delayNanos, SubjectTask task) {
    if (!cancel(place)) {
      return false;
    }
    arm(place, delayNanos, task);
    return true;
  }

  @Override
  public void forget() {
    Arrays.fill(futures, null);
  }

  @Override
  public long pending() {
    return pending.applyAsLong(executor);
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
