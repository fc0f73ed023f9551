package io.tourbillon.coroutine.internal.surround;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Body;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineDecorator;
import io.tourbillon.coroutine.CoroutineListener;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.internal.engine.OffLoop;
import io.tourbillon.timer.Clock;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a scheduler puts around the bodies of its coroutines. A scheduler with neither a decorator
 * nor a listener has no such object. Immutable.
 *
 * <p>Its methods call code of users, so they must not be called by a loop or with a lock held.
 */
public final class Surroundings {
  private static final System.Logger LOG = System.getLogger("io.tourbillon.coroutine");

  private final @Nullable CoroutineDecorator decorator;
  private final @Nullable CoroutineListener listener;
  private final Clock clock;

  private Surroundings(
      @Nullable CoroutineDecorator decorator, @Nullable CoroutineListener listener, Clock clock) {
    this.decorator = decorator;
    this.listener = listener;
    this.clock = clock;
  }

  /** Returns the surroundings for a decorator and a listener; null if there is neither. */
  public static @Nullable Surroundings of(
      @Nullable CoroutineDecorator decorator, @Nullable CoroutineListener listener, Clock clock) {
    return decorator == null && listener == null
        ? null
        : new Surroundings(decorator, listener, clock);
  }

  /** Returns whether a listener wants to hear of turns. */
  public boolean tellTurns() {
    return listener instanceof CoroutineListener.OfTurns;
  }

  /**
   * Spawns a coroutine whose body is surrounded.
   *
   * @param body a Callable or an Action
   * @param place makes a coroutine with the body that it gets, and places it
   */
  public <C extends Coroutine<?>> C spawn(
      SpawnOptions options, Object body, Function<Object, C> place) {
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(body, "body");
    CoroutineListener told = listener;
    if (told == null) {
      return place.apply(decorated(options, body));
    }
    C coroutine;
    try {
      coroutine = place.apply(new ListenedBody(told, decorated(options, body), clock));
    } catch (RuntimeException refusal) {
      tellRejected(told, options, refusal);
      throw refusal;
    }
    try {
      told.spawned(coroutine);
    } catch (Throwable thrown) {
      logFailure(thrown);
    }
    return coroutine;
  }

  private static void tellRejected(
      CoroutineListener told, SpawnOptions options, RuntimeException refusal) {
    try {
      told.rejected(options, refusal);
    } catch (Throwable thrown) {
      logFailure(thrown);
    }
  }

  private Object decorated(SpawnOptions options, Object body) {
    CoroutineDecorator by = decorator;
    return by == null ? body : DecoratedBody.of(asCallable(body), by, options);
  }

  private static Callable<?> asCallable(Object body) {
    if (!(body instanceof Action action)) {
      return (Callable<?>) body;
    }
    return () -> {
      action.run();
      return null;
    };
  }

  /** Wraps a blocking call of the calling coroutine. */
  @SuppressWarnings("unchecked") // It throws what the body throws, or unchecked.
  public <T extends @Nullable Object, X extends Exception> Body<T, X> aroundCall(Body<T, X> body) {
    Callable<T> call = decoratedTask(body::call);
    return () -> {
      try {
        return call.call();
      } catch (Exception thrown) {
        throw (X) thrown;
      }
    };
  }

  /** Returns an executor whose tasks are wrapped by the thread or coroutine that submits them. */
  public ExecutorService aroundTasks(ExecutorService executor) {
    return decorator == null ? executor : new DecoratedExecutor(executor, this);
  }

  /** Wraps a task that is no coroutine. */
  <T extends @Nullable Object> Callable<T> decoratedTask(Callable<T> task) {
    CoroutineDecorator by = decorator;
    return by == null ? task : DecoratedBody.ofTask(task, by);
  }

  /** Returns the decorator; null if there is none. */
  public @Nullable CoroutineDecorator decorator() {
    return decorator;
  }

  /**
   * Logs an exception of a listener. In another thread, since a log may block and this may be a
   * turn of a coroutine.
   */
  static void logFailure(Throwable thrown) {
    try {
      OffLoop.start(
          "tourbillon-log",
          () -> LOG.log(System.Logger.Level.ERROR, "the coroutine listener has thrown", thrown));
    } catch (Throwable failure) {
      // The stack is full, for example. The coroutine must go on.
    }
  }
}
