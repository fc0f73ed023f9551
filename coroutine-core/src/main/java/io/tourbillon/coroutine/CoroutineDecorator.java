package io.tourbillon.coroutine;

import io.tourbillon.timer.TaskDecorator;
import io.tourbillon.timer.internal.Rethrow;
import java.util.Objects;

/**
 * Wraps the bodies of coroutines when they are spawned, so that they run in the context of the code
 * that has spawned them: its MDC, trace or security identity.
 *
 * <pre>{@code
 * CoroutineScheduler scheduler = CoroutineScheduler.builder()
 *     .decorator((options, body) -> {
 *       String request = MDC.get("request");                            // in the spawner
 *       return () -> {
 *         try (var entry = MDC.putCloseable("request", request)) {      // in the coroutine
 *           body.run();
 *         }
 *       };
 *     })
 *     .build();
 * }</pre>
 *
 * <p>A {@link TaskDecorator}, which a {@code TimerService} takes as well, does the same for those
 * that need neither the options nor the exception of the body: {@link
 * CoroutineScheduler.Builder#decorator(TaskDecorator)}.
 *
 * <h2>What is seen when</h2>
 *
 * <p>The wrapper runs in the coroutine, once, around its whole body. What it puts into
 * thread-locals is there in each turn of the coroutine, on whichever loop, and nobody else sees it:
 * not the loop, not the coroutines that run while this one is suspended. For that, nothing is put
 * in and taken out at suspensions, since a coroutine has thread-locals of its own on every engine.
 * {@link Engine#CONTINUATION}, where coroutines share a thread, exchanges them for each turn with
 * two fields of that thread.
 *
 * <p>So <b>what the coroutine itself changes, stays</b> until its body ends. If it adds an entry to
 * the MDC, the entry is there after the next suspension, and coroutines that it spawns later get
 * it. In that, a decorator differs from Kotlin's {@code ThreadContextElement}, which installs the
 * first values again each time. What the wrapper leaves behind, because it throws or forgets to
 * restore, vanishes with the coroutine.
 *
 * <p>A context that belongs to the thread of the operating system, such as the labels of a
 * profiler, must be set for each turn: see {@link CoroutineListener.OfTurns}.
 *
 * <h2>What is decorated</h2>
 *
 * <ul>
 *   <li>All coroutines of the scheduler, also the children of a {@link CoroutineScope}, and the
 *       helpers that run for others: generators, producers of channels, acquisitions.
 *   <li>By {@link #decorateTask}: calls of {@link Coroutines#blocking}, in the context of the
 *       coroutine that waits; tasks of {@link CoroutineScheduler#timers} and of {@link
 *       CoroutineScheduler#asExecutor}, in the context of the thread or coroutine that submits
 *       them.
 * </ul>
 *
 * <p>Parts of a coroutine, such as the body of {@link Coroutines#withTimeout}, run in the coroutine
 * and need nothing. Threads of {@link CoroutineScheduler#threadFactory} are not decorated: a pool
 * would keep the context of the request that happened to start a thread, for all later ones.
 *
 * <h2>Failures</h2>
 *
 * <p>If the body throws, the coroutine ends with that exception, whatever the wrapper does with it;
 * another one that the wrapper throws is suppressed in it. If only the wrapper throws, before or
 * after the body, the coroutine fails with that. If the wrapper returns and has not run the body,
 * the coroutine fails with a {@link java.util.concurrent.RejectedExecutionException}. The wrapper
 * of a coroutine that is cancelled before its first turn does not run.
 *
 * <p>Implementations must be thread-safe. A scheduler without a decorator pays one test for each
 * coroutine, and nothing for a suspension.
 */
@FunctionalInterface
public interface CoroutineDecorator {
  /**
   * Wraps the body of a coroutine. Called by the code that spawns it, before the coroutine exists,
   * and without a lock. If it throws, the spawning method throws the same, and nothing is spawned.
   * If the spawn is refused later, the wrapper is dropped.
   *
   * @param options the options of the coroutine, with its name and group if they were given
   * @param body runs the body, and throws what it throws
   * @return what runs in its place, which should run the body exactly once, in the same thread, and
   *     pass its exception on
   */
  Action decorate(SpawnOptions options, Action body);

  /**
   * Wraps a task that is no coroutine: a call of {@link Coroutines#blocking}, a task of {@link
   * CoroutineScheduler#timers} or of {@link CoroutineScheduler#asExecutor}. Called as {@link
   * TaskDecorator#decorate} is. By default it is wrapped as a coroutine with default options.
   */
  default Runnable decorateTask(Runnable task) {
    Action wrapper =
        Objects.requireNonNull(
            decorate(SpawnOptions.DEFAULT, task::run),
            "the coroutine decorator must return an action");
    return () -> {
      try {
        wrapper.run();
      } catch (Exception thrown) {
        throw Rethrow.unchecked(thrown);
      }
    };
  }

  /**
   * Returns a decorator whose wrapper surrounds that of another one: this one's begins first and
   * ends last.
   */
  default CoroutineDecorator around(CoroutineDecorator inner) {
    Objects.requireNonNull(inner, "inner");
    CoroutineDecorator outer = this;
    return new CoroutineDecorator() {
      @Override
      public Action decorate(SpawnOptions options, Action body) {
        return outer.decorate(
            options,
            Objects.requireNonNull(
                inner.decorate(options, body), "the inner decorator must return an action"));
      }

      @Override
      public Runnable decorateTask(Runnable task) {
        return outer.decorateTask(
            Objects.requireNonNull(
                inner.decorateTask(task), "the inner decorator must return a task"));
      }
    };
  }

  /**
   * Returns a decorator that wraps bodies and tasks alike, for a decorator of timers. The task that
   * it gets for a body throws what the body throws, even if that is a checked exception.
   */
  static CoroutineDecorator of(TaskDecorator decorator) {
    Objects.requireNonNull(decorator, "decorator");
    return new CoroutineDecorator() {
      @Override
      public Action decorate(SpawnOptions options, Action body) {
        Runnable wrapper =
            Objects.requireNonNull(
                decorator.decorate(
                    () -> {
                      try {
                        body.run();
                      } catch (Exception thrown) {
                        throw Rethrow.unchecked(thrown);
                      }
                    }),
                "the task decorator must return a task");
        return wrapper::run;
      }

      @Override
      public Runnable decorateTask(Runnable task) {
        return decorator.decorate(task);
      }
    };
  }
}
