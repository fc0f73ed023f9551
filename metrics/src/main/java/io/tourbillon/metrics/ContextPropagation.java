package io.tourbillon.metrics;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import io.tourbillon.coroutine.CoroutineDecorator;
import io.tourbillon.timer.TaskDecorator;
import java.util.Objects;

/**
 * Decorators that carry the context of a request to its timers and coroutines, by Micrometer's
 * context propagation: the MDC, the current {@code Observation} and its trace, and whatever else
 * has an accessor.
 *
 * <pre>{@code
 * ContextRegistry.getInstance().registerThreadLocalAccessor(new Slf4jThreadLocalAccessor());   // the MDC
 *
 * TimerService timers = TimerService.builder()
 *     .decorator(ContextPropagation.tasks()).build();
 * CoroutineScheduler scheduler = CoroutineScheduler.builder()
 *     .decorator(ContextPropagation.coroutines()).build();
 * }</pre>
 *
 * <p>Which values are carried is decided by the {@link ContextRegistry}. Libraries register their
 * accessors themselves where they offer one as a service, as {@code micrometer-observation} does
 * for the current observation. {@code Slf4jThreadLocalAccessor} is part of the library of context
 * propagation, and must be registered by the program.
 *
 * <p>A value is captured when a timer is scheduled or a coroutine is spawned, and put into its
 * thread-local before the task or the body begins. After it, the value from before is put back. Of
 * a coroutine, all turns see the value; what it changes itself stays for the rest of its body: see
 * {@link CoroutineDecorator}.
 *
 * <p>A capture takes a fraction of a microsecond for each accessor. The snapshot is kept until the
 * timer has run, or the body of the coroutine has ended.
 *
 * <p>Needs the library {@code io.micrometer:context-propagation}, which is an optional dependency
 * of this module. Programs that use OpenTelemetry without Micrometer need neither: {@code
 * decorator(task -> Context.current().wrap(task))} serves timers and coroutines.
 */
@SuppressWarnings("exports") // Users of this class require context.propagation themselves.
public final class ContextPropagation {
  private ContextPropagation() {}

  /** Returns a decorator for a {@code TimerService}, with the accessors of the global registry. */
  public static TaskDecorator tasks() {
    return tasks(ContextSnapshotFactory.builder().build());
  }

  /**
   * Returns a decorator for a {@code TimerService}.
   *
   * @param factory takes the snapshots, by the accessors of its registry; called by the thread that
   *     schedules
   */
  public static TaskDecorator tasks(ContextSnapshotFactory factory) {
    Objects.requireNonNull(factory, "factory");
    return task -> {
      ContextSnapshot snapshot = factory.captureAll();
      return () -> {
        try (ContextSnapshot.Scope _ = snapshot.setThreadLocals()) {
          task.run();
        }
      };
    };
  }

  /**
   * Returns a decorator for a {@code CoroutineScheduler}, with the accessors of the global
   * registry.
   */
  public static CoroutineDecorator coroutines() {
    return coroutines(ContextSnapshotFactory.builder().build());
  }

  /**
   * Returns a decorator for a {@code CoroutineScheduler}.
   *
   * @param factory takes the snapshots, by the accessors of its registry; called by the code that
   *     spawns
   */
  public static CoroutineDecorator coroutines(ContextSnapshotFactory factory) {
    return CoroutineDecorator.of(tasks(factory));
  }
}
