package io.tourbillon.coroutine.internal.surround;

import io.tourbillon.timer.internal.Rethrow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * An executor whose tasks are wrapped when they are submitted. The wrapper runs inside the future
 * of a task, so the future fails if the wrapper throws or does not run the task. Thread-safe.
 */
final class DecoratedExecutor extends AbstractExecutorService {
  private final ExecutorService executor;
  private final Surroundings around;

  DecoratedExecutor(ExecutorService executor, Surroundings around) {
    this.executor = executor;
    this.around = around;
  }

  @Override
  public void execute(Runnable task) {
    Objects.requireNonNull(task, "task");
    if (task instanceof DecoratedFuture<?>) {
      executor.execute(task);
      return;
    }
    Callable<@Nullable Void> decorated = decorated(task, null);
    executor.execute(
        () -> {
          try {
            decorated.call();
          } catch (Exception thrown) {
            throw Rethrow.unchecked(thrown);
          }
        });
  }

  private <T extends @Nullable Object> Callable<T> decorated(Runnable task, T value) {
    return around.decoratedTask(
        () -> {
          task.run();
          return value;
        });
  }

  @Override
  protected <T extends @Nullable Object> RunnableFuture<T> newTaskFor(Callable<T> task) {
    return new DecoratedFuture<>(around.decoratedTask(task));
  }

  @Override
  protected <T extends @Nullable Object> RunnableFuture<T> newTaskFor(Runnable task, T value) {
    return new DecoratedFuture<>(decorated(task, value));
  }

  // The inherited ones would wrap the future of a wrapped task once more.

  @Override
  public <T> T invokeAny(Collection<? extends Callable<T>> tasks)
      throws InterruptedException, ExecutionException {
    return executor.invokeAny(decorated(tasks));
  }

  @Override
  public <T> T invokeAny(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    return executor.invokeAny(decorated(tasks), timeout, unit);
  }

  private <T> List<Callable<T>> decorated(Collection<? extends Callable<T>> tasks) {
    List<Callable<T>> decorated = new ArrayList<>();
    for (Callable<T> task : tasks) {
      decorated.add(around.decoratedTask(task));
    }
    return decorated;
  }

  @Override
  public void shutdown() {
    executor.shutdown();
  }

  @Override
  public List<Runnable> shutdownNow() {
    return executor.shutdownNow();
  }

  @Override
  public boolean isShutdown() {
    return executor.isShutdown();
  }

  @Override
  public boolean isTerminated() {
    return executor.isTerminated();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return executor.awaitTermination(timeout, unit);
  }

  @Override
  public String toString() {
    return executor.toString();
  }

  /** The future of a task that is wrapped already. */
  private static final class DecoratedFuture<T extends @Nullable Object> extends FutureTask<T> {
    DecoratedFuture(Callable<T> decorated) {
      super(decorated);
    }
  }
}
