package io.tourbillon.coroutine.internal.surround;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.CoroutineDecorator;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.timer.internal.Rethrow;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The body of a coroutine, or another task, in the wrapper of a decorator. The wrapper gets an
 * action without a result, so it cannot lose or change the result.
 *
 * <p>Confined to the coroutine or thread that runs it, which got it safely from the spawner.
 */
final class DecoratedBody<T extends @Nullable Object> implements Callable<T> {
  private final Inner<T> inner;
  private final Action wrapper;

  private DecoratedBody(Inner<T> inner, Action wrapper) {
    this.inner = inner;
    this.wrapper = wrapper;
  }

  /** Wraps the body of a coroutine. Calls the decorator. */
  static <T extends @Nullable Object> DecoratedBody<T> of(
      Callable<T> body, CoroutineDecorator decorator, SpawnOptions options) {
    Inner<T> inner = new Inner<>(body);
    return new DecoratedBody<>(
        inner,
        Objects.requireNonNull(
            decorator.decorate(options, inner), "the coroutine decorator must return an action"));
  }

  /** Wraps a task that is no coroutine. Calls the decorator. */
  static <T extends @Nullable Object> DecoratedBody<T> ofTask(
      Callable<T> task, CoroutineDecorator decorator) {
    Inner<T> inner = new Inner<>(task);
    Runnable wrapper =
        Objects.requireNonNull(
            decorator.decorateTask(inner::runAsTask), "the coroutine decorator must return a task");
    return new DecoratedBody<>(inner, wrapper::run);
  }

  @Override
  public T call() throws Exception {
    try {
      wrapper.run();
    } catch (Throwable thrown) {
      throw inner.failureAfter(thrown);
    }
    return inner.result();
  }

  /** What the wrapper runs. Keeps what the body returns or throws. */
  private static final class Inner<T extends @Nullable Object> implements Action {
    /** Cleared when it begins. */
    private @Nullable Callable<T> body;

    private @Nullable T value;
    private @Nullable Exception exception;
    private @Nullable Error error;

    Inner(Callable<T> body) {
      this.body = body;
    }

    @Override
    public void run() throws Exception {
      Callable<T> once = body;
      if (once == null) {
        throw new IllegalStateException("a decorator must run the body only once");
      }
      body = null;
      try {
        value = once.call();
      } catch (Exception thrown) {
        exception = thrown;
        throw thrown;
      } catch (Error thrown) {
        error = thrown;
        throw thrown;
      }
    }

    /** Runs the body as a task, which throws a checked exception as it is. */
    void runAsTask() {
      try {
        run();
      } catch (Exception thrown) {
        throw Rethrow.unchecked(thrown);
      }
    }

    /** Returns the result of the body, after the wrapper has returned. */
    @SuppressWarnings("NullAway") // The body has returned a T.
    T result() throws Exception {
      throwOwn();
      if (body != null) {
        throw new RejectedExecutionException("the coroutine decorator did not run the body");
      }
      return value;
    }

    /** Returns what to throw after the wrapper has thrown; throws what the body has thrown. */
    Exception failureAfter(Throwable thrown) throws Exception {
      Throwable own = exception == null ? error : exception;
      if (own != null && !own.equals(thrown)) {
        own.addSuppressed(thrown);
      }
      throwOwn();
      if (thrown instanceof Exception failure) {
        return failure;
      }
      throw (Error) thrown;
    }

    private void throwOwn() throws Exception {
      if (exception != null) {
        throw exception;
      }
      if (error != null) {
        throw error;
      }
    }
  }
}
