package io.tourbillon.coroutine.generator;

import io.tourbillon.coroutine.CoroutineCancelledException;
import org.jspecify.annotations.Nullable;

/**
 * Takes the values of the body of a {@link Generator}. Only the coroutine that runs the body may
 * use it; values of other coroutines can come by a {@link io.tourbillon.coroutine.channel.Source}.
 *
 * @param <T> the values
 */
public final class Yielder<T extends @Nullable Object> {
  private final TwoWayYielder<T, @Nullable Void> out;

  Yielder(TwoWayYielder<T, @Nullable Void> out) {
    this.out = out;
  }

  /**
   * Hands out a value, and suspends until the next one is asked for.
   *
   * @throws GeneratorClosedException if the generator is closed
   * @throws CoroutineCancelledException if the coroutine of the generator is cancelled, with its
   *     owner or its scheduler
   * @throws IllegalStateException if called by another coroutine, or after the generator was closed
   */
  @SuppressWarnings("NamedLikeContextualKeyword") // Every language has this name for it.
  public void yield(T value) {
    @Nullable Void _ = out.yield(value);
  }

  /**
   * Hands out all values of another generator as if they were those of the body, and closes that
   * generator. What its body throws is thrown here, an unchecked exception as it is, a checked one
   * as the cause of a {@link java.util.concurrent.CompletionException}. A value costs a step in
   * each generator that it passes through.
   *
   * @throws IllegalStateException if the other is this generator, or another caller takes a step
   */
  @SuppressWarnings("unchecked") // Only null is ever sent to a one-way generator.
  public void yieldAll(Generator<? extends T> other) {
    @Nullable Object _ = out.yieldAll((TwoWayGenerator<? extends T, @Nullable Void, ?>) other);
  }

  /**
   * As {@link #yieldAll(Generator)}, for a generator with a result.
   *
   * @return the result of the other generator
   */
  public <R extends @Nullable Object> R yieldAll(
      TwoWayGenerator<? extends T, @Nullable Void, ? extends R> other) {
    return out.yieldAll(other);
  }

  /** Hands out all of the values, one by one. */
  public void yieldEach(Iterable<? extends T> values) {
    out.yieldEach(values);
  }
}
