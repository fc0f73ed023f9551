package io.tourbillon.coroutine.generator;

import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.CoroutineScheduler;
import java.time.Duration;
import java.util.Iterator;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A sequence of values that a body computes one by one, each when it is asked for.
 *
 * <pre>{@code
 * try (Generator<Integer> squares = Generator.of(out -> {
 *   for (int n = 1; ; n++) {
 *     out.yield(n * n);                  // waits here until the next value is asked for
 *   }
 * })) {
 *   for (int square : squares) {
 *     if (square > 100) {
 *       break;
 *     }
 *   }
 * }                                      // ends the body at its yield; its finally blocks run
 * }</pre>
 *
 * <p>A {@link TwoWayGenerator} also passes values and exceptions into the body, and has a result.
 *
 * <p>The body runs in a coroutine of its own, so it may suspend in other ways as well. It begins
 * when the first value is asked for; before that a generator costs nothing. With {@link #of(Body)}
 * that coroutine belongs to the coroutine that asks first: it runs on the same loop, if there are
 * turns, and is cancelled when that one has ended. With a scheduler it belongs to nobody, and
 * threads can ask as well. A step costs two turns, or two switches of threads, and a few small
 * objects.
 *
 * <p><b>One caller at a time</b> takes a step. A second caller gets an {@link
 * IllegalStateException}, as does the body itself. If the caller of a step is cancelled or times
 * out, the step goes on, and the next step returns its value, so no value is lost. When the body
 * has ended, each further step ends in the same way.
 *
 * <p><b>Close a generator</b> that you leave before its end, best by try-with-resources. Until then
 * the body waits at its yield with all that it holds, and the scheduler waits for it when it is
 * closed. A generator that has become unreachable is closed by the garbage collector, if ever; not
 * if the body itself refers to it.
 *
 * <p>After the generators of Python (PEP 255, 342 and 380), with two differences. Every step after
 * the end shows the result or the failure of the body, not only the first. A failure is thrown as
 * {@link io.tourbillon.coroutine.Coroutine#join} does, so that it shows where the value was asked
 * for.
 *
 * @param <T> the values
 */
public sealed interface Generator<T extends @Nullable Object> extends Iterable<T>, AutoCloseable
    permits TwoWayGenerator {
  /**
   * A body that yields values.
   *
   * @param <T> the values
   */
  @FunctionalInterface
  interface Body<T extends @Nullable Object> {
    /** Yields the values. */
    void run(Yielder<T> out) throws Exception;
  }

  /** Creates a generator whose coroutine belongs to the coroutine that takes the first step. */
  static <T extends @Nullable Object> Generator<T> of(Body<T> body) {
    return builder().of(body);
  }

  /** Creates a generator whose coroutine runs on a scheduler and belongs to nobody. */
  static <T extends @Nullable Object> Generator<T> of(CoroutineScheduler scheduler, Body<T> body) {
    return builder().scheduler(scheduler).of(body);
  }

  /** Returns a builder of a generator, one-way or two-way, with a name. */
  static Builder builder() {
    return new Builder();
  }

  /**
   * Runs the body until its next value or its end.
   *
   * @throws CompletionException if the body has thrown, with that as the cause; or if the coroutine
   *     of the body was cancelled, with its owner or its scheduler, with a {@link
   *     CancellationException} as the cause
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws CancellationException if the calling thread is interrupted while it waits
   * @throws IllegalStateException if another caller takes a step, if the generator was closed, or
   *     if a thread asks for the first value and there is no scheduler
   */
  Step<T, ?> next();

  /**
   * As {@link #next()}, but waits no longer than the limit. The step goes on after that.
   *
   * @param limit zero or less does not wait
   * @throws TimeoutException if the limit passed first
   */
  Step<T, ?> next(Duration limit) throws TimeoutException;

  /**
   * Ends the body at its yield, which throws {@link GeneratorClosedException}, and waits for the
   * end of the body, however long that takes, even if the caller is cancelled or interrupted. A
   * body that waits for something else, in a step that was given up, is cancelled. A body that has
   * not begun never will. Closing a generator that has ended has no effect.
   *
   * @throws CompletionException if the body throws another exception, with that as the cause
   * @throws IllegalStateException if another caller takes a step, or the body yields after that
   */
  @Override
  void close();

  /**
   * Returns an iterator over the values that are left. All iterators take from the same generator.
   * After {@link Iterator#hasNext} an iterator has taken one value more than it has returned. It
   * ends with the body, or when the generator is closed. {@code hasNext} and {@code next} throw as
   * {@link #next()} does.
   */
  @Override
  Iterator<T> iterator();

  /**
   * Returns the values that are left as a sequential stream. Closing the stream closes the
   * generator, so use it in try-with-resources.
   */
  default Stream<T> stream() {
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(iterator(), Spliterator.ORDERED), false)
        .onClose(this::close);
  }

  /** Options of a generator. Each method with an option returns this builder. Not thread-safe. */
  final class Builder {
    @Nullable String name;
    @Nullable CoroutineScheduler scheduler;

    private Builder() {}

    /**
     * Sets the name of the generator and of its coroutine. The default is generated, such as {@code
     * generator-1}.
     */
    public Builder name(String name) {
      this.name = Objects.requireNonNull(name, "name");
      return this;
    }

    /** Sets the scheduler of the coroutine, which then belongs to nobody. */
    public Builder scheduler(CoroutineScheduler scheduler) {
      this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
      return this;
    }

    /** Creates a generator. */
    public <T extends @Nullable Object> Generator<T> of(Body<T> body) {
      Objects.requireNonNull(body, "body");
      return this.<T, @Nullable Void>twoWay(out -> body.run(new Yielder<>(out)));
    }

    /** Creates a two-way generator without a result. */
    public <Y extends @Nullable Object, S extends @Nullable Object>
        TwoWayGenerator<Y, S, @Nullable Void> twoWay(TwoWayGenerator.Body<Y, S> body) {
      Objects.requireNonNull(body, "body");
      return returning(
          out -> {
            body.run(out);
            return null;
          });
    }

    /** Creates a two-way generator with a result. */
    public <Y extends @Nullable Object, S extends @Nullable Object, R extends @Nullable Object>
        TwoWayGenerator<Y, S, R> returning(TwoWayGenerator.ResultBody<Y, S, R> body) {
      return new TwoWayGenerator<>(this, body);
    }
  }
}
