package io.tourbillon.timer;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Wraps tasks when they are scheduled, so that they run in the context of the thread that has
 * scheduled them: its MDC, trace or security identity.
 *
 * <pre>{@code
 * TimerService timers = TimerService.builder()
 *     .decorator(task -> {
 *       String request = MDC.get("request");                      // in the scheduling thread
 *       return () -> {
 *         try (var entry = MDC.putCloseable("request", request)) {      // around each run
 *           task.run();
 *         }
 *       };
 *     })
 *     .build();
 * }</pre>
 *
 * <p>A decorator applies to all tasks of its service: with a handle, with an id, periodic, of an
 * executor view, of a Netty timer, and to the completion of futures. It does not apply to the
 * handler of {@link LongTimers}, whose timers are numbers. Whatever reports a task names the
 * original: {@link TimerService#shutdownNow} returns it, and the {@link TimerExceptionHandler}
 * receives it.
 */
@FunctionalInterface
public interface TaskDecorator {
  /**
   * Wraps a task. Called by the thread that schedules it, before the timer exists, and without a
   * lock. If it throws, the scheduling method throws the same, and nothing is scheduled.
   *
   * @param task the task, or an object that stands for the work of an adapter
   * @return what runs in its place, which should run the task exactly once; for a periodic timer
   *     once in each run. If it does not run the work of an adapter, the future or timeout fails
   *     with a {@link java.util.concurrent.RejectedExecutionException}
   */
  Runnable decorate(Runnable task);

  /**
   * Returns a decorator whose wrapper surrounds that of another one: this one's begins first and
   * ends last.
   */
  default TaskDecorator around(TaskDecorator inner) {
    Objects.requireNonNull(inner, "inner");
    TaskDecorator outer = this;
    return new TaskDecorator() {
      @Override
      public Runnable decorate(Runnable task) {
        return outer.decorate(
            Objects.requireNonNull(
                inner.decorate(task), "the inner task decorator must return a task"));
      }
    };
  }

  /**
   * Returns a decorator that binds scoped values: a task sees the values that the thread which
   * scheduled it had. A task that was scheduled where none of them was bound runs as it is. A value
   * that was not bound there is not bound in the task either, unless the executor of the service
   * binds it.
   *
   * <p>The JDK has no way to capture all bindings of a thread, so they must be named. To schedule
   * takes some nanoseconds for each key, and for each bound one an object.
   *
   * @param keys the scoped values to pass on
   * @throws IllegalArgumentException if there is no key
   */
  static TaskDecorator ofScopedValues(ScopedValue<?>... keys) {
    ScopedValue<?>[] known = keys.clone();
    if (known.length == 0) {
      throw new IllegalArgumentException("keys must name at least one scoped value: []");
    }
    for (ScopedValue<?> key : known) {
      Objects.requireNonNull(key, "key");
    }
    return new TaskDecorator() {
      @Override
      public Runnable decorate(Runnable task) {
        ScopedValue.Carrier bindings = null;
        for (ScopedValue<?> key : known) {
          if (key.isBound()) {
            bindings = bound(bindings, key);
          }
        }
        return bindings == null ? task : boundTask(bindings, task);
      }
    };
  }

  private static Runnable boundTask(ScopedValue.Carrier bindings, Runnable task) {
    return new Runnable() {
      @Override
      public void run() {
        bindings.run(task);
      }
    };
  }

  /** Returns bindings with the value that a bound key has in the calling thread. */
  private static <T> ScopedValue.Carrier bound(
      ScopedValue.@Nullable Carrier others, ScopedValue<T> key) {
    return others == null ? ScopedValue.where(key, key.get()) : others.where(key, key.get());
  }
}
