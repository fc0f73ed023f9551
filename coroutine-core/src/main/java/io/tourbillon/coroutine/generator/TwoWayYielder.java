package io.tourbillon.coroutine.generator;

import io.tourbillon.coroutine.CoroutineCancelledException;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Takes the values of the body of a {@link TwoWayGenerator}, and returns what is sent to it. Only
 * the coroutine that runs the body may use it.
 *
 * @param <Y> the values that come out
 * @param <S> the values that can be sent in
 */
public final class TwoWayYielder<Y extends @Nullable Object, S extends @Nullable Object> {
  private final Exchange<Y, S, ?> exchange;

  TwoWayYielder(Exchange<Y, S, ?> exchange) {
    this.exchange = exchange;
  }

  /**
   * Hands out a value, and suspends until the next step.
   *
   * <p>Also throws what {@link TwoWayGenerator#raise} was given: an unchecked exception as it is, a
   * checked one as the cause of a {@link CompletionException}.
   *
   * @return what the generator was sent; null if it was asked by {@link TwoWayGenerator#next()}
   * @throws GeneratorClosedException if the generator is closed
   * @throws CoroutineCancelledException if the coroutine of the generator is cancelled, with its
   *     owner or its scheduler
   * @throws IllegalStateException if called by another coroutine, or after the generator was closed
   */
  @SuppressWarnings("NamedLikeContextualKeyword") // Every language has this name for it.
  public @Nullable S yield(Y value) {
    return switch (exchange.handOut(value)) {
      case Request.Go(var sent) -> sent;
      case Request.Raise(Throwable thrown) -> throw Request.unchecked(thrown);
      case Request.Close<?> _ -> throw exchange.closedException();
    };
  }

  /**
   * Hands out all values of another generator as if they were those of the body, until that one
   * ends. What this generator is sent is sent to the other, and what is raised here is raised
   * there. The other is closed when this one is, and when this method throws. What its body throws
   * is thrown here, by the same rule as in {@link #yield}.
   *
   * <p>A value costs a step in each generator that it passes through. After PEP 380.
   *
   * @return the result of the other generator
   * @throws IllegalStateException if the other is this generator, or another caller takes a step
   */
  public <R extends @Nullable Object> R yieldAll(
      TwoWayGenerator<? extends Y, ? super S, ? extends R> other) {
    Objects.requireNonNull(other, "other");
    try (other) {
      Step<? extends Y, ? extends R> step = other.next();
      while (step instanceof Step.Yielded(Y value)) {
        Request<? extends S> request = exchange.handOut(value);
        if (request instanceof Request.Close<?>) {
          other.close(); // Here, so that its failure is thrown, and not what closes this one.
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

  /**
   * Hands out all of the values, one by one, and ignores what is sent meanwhile.
   *
   * @throws IllegalStateException as {@link #yield} does
   */
  public void yieldEach(Iterable<? extends Y> values) {
    for (Y value : values) {
      @Nullable S _ = this.yield(value);
    }
  }
}
