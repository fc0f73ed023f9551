package io.tourbillon.coroutine.generator;

import io.tourbillon.coroutine.CoroutineCancelledException;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Through which the body of a generator hands out its values. For the coroutine that runs the body
 * alone: what others are to hand out comes by a {@link io.tourbillon.coroutine.channel.Channel}.
 *
 * @param <Y> the values
 * @param <S> what it can be sent
 */
public final class Yielder<Y extends @Nullable Object, S extends @Nullable Object> {
  private final Exchange<Y, S, ?> exchange;

  Yielder(Exchange<Y, S, ?> exchange) {
    this.exchange = exchange;
  }

  /**
   * Hands out a value, and suspends until the next step is asked for.
   *
   * <p>Throws what {@link Generator#raise} was given, an unchecked exception as it is, a checked
   * one as the cause of a {@link CompletionException}.
   *
   * @return what the generator was sent; null if it was asked by {@link Generator#next}
   * @throws GeneratorClosedException if the generator is closed
   * @throws CoroutineCancelledException if the generator's coroutine is cancelled, with its owner
   *     or its scheduler
   * @throws IllegalStateException if called by another than the generator's coroutine, or after the
   *     generator was closed
   */
  @SuppressWarnings("NamedLikeContextualKeyword") // It is known by this name wherever there is one.
  public @Nullable S yield(Y value) {
    return switch (exchange.handOut(value)) {
      case Request.Go(var sent) -> sent;
      case Request.Raise(Throwable thrown) -> throw Request.unchecked(thrown);
      case Request.Close<?> _ -> throw exchange.closedException();
    };
  }

  /**
   * Hands out all values of another generator as if they were the body's own, until that ends: what
   * this generator is sent is sent to that one, what is raised here is raised there, and that one
   * is closed when this one is, or when this method throws. What its body throws is thrown here, by
   * the same rule as by {@link #yield}.
   *
   * <p>A value that comes through several generators costs a step in each. As PEP 380.
   *
   * @return the result of the other
   * @throws IllegalStateException if the other is this one, or someone else takes a step of it
   */
  public <R extends @Nullable Object> R yieldAll(
      Generator<? extends Y, ? super S, ? extends R> other) {
    Objects.requireNonNull(other, "other");
    try (other) {
      Step<? extends Y, ? extends R> step = other.next();
      while (step instanceof Step.Yielded(Y value)) {
        Request<? extends S> request = exchange.handOut(value);
        if (request instanceof Request.Close<?>) {
          other.close(); // Here, so that a failure of that is thrown, and not what closes this one.
          throw exchange.closedException();
        }
        step = other.step(request);
      }
      return ((Step.Ended<? extends Y, ? extends R>) step).result();
    } catch (CompletionException failed) {
      Throwable cause = failed.getCause();
      throw Request.unchecked(cause == null ? failed : cause);
    }
  }

  /** Hands out all of these, one by one, whatever is sent meanwhile. */
  public void yieldEach(Iterable<? extends Y> values) {
    for (Y value : values) {
      @Nullable S _ = this.yield(value);
    }
  }
}
