package io.tourbillon.coroutine.generator;

import io.tourbillon.coroutine.CoroutineScheduler;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Generator} that passes values and exceptions into its body, and has a result.
 *
 * <pre>{@code
 * try (TwoWayGenerator<Double, Double, Void> average = TwoWayGenerator.of(out -> {
 *   double sum = 0;
 *   for (int count = 1; ; count++) {
 *     sum += out.yield(sum / Math.max(1, count - 1));   // returns what is sent
 *   }
 * })) {
 *   average.next();
 *   average.send(2.0);
 * }
 * }</pre>
 *
 * @param <Y> the values that come out
 * @param <S> the values that can be sent in; Void for none
 * @param <R> the result; Void for none
 */
public final class TwoWayGenerator<
        Y extends @Nullable Object, S extends @Nullable Object, R extends @Nullable Object>
    implements Generator<Y> {
  /** Closes unreachable generators. Its thread is a daemon, and starts with the first generator. */
  private static final Cleaner CLEANER = Cleaner.create();

  private static final AtomicLong NUMBERS = new AtomicLong();

  private final Exchange<Y, S, R> exchange;

  /**
   * Written by a caller that takes a step. A race registers the cleaner twice, which is harmless.
   */
  private boolean watched;

  /**
   * A body without a result.
   *
   * @param <Y> the values that come out
   * @param <S> the values that can be sent in
   */
  @FunctionalInterface
  public interface Body<Y extends @Nullable Object, S extends @Nullable Object> {
    /** Yields the values. */
    void run(TwoWayYielder<Y, S> out) throws Exception;
  }

  /**
   * A body with a result.
   *
   * @param <Y> the values that come out
   * @param <S> the values that can be sent in
   * @param <R> the result
   */
  @FunctionalInterface
  public interface ResultBody<
      Y extends @Nullable Object, S extends @Nullable Object, R extends @Nullable Object> {
    /** Yields the values and returns the result. */
    R run(TwoWayYielder<Y, S> out) throws Exception;
  }

  TwoWayGenerator(Generator.Builder options, ResultBody<Y, S, R> body) {
    String name = options.name == null ? "generator-" + NUMBERS.incrementAndGet() : options.name;
    exchange = new Exchange<>(name, options.scheduler, Objects.requireNonNull(body, "body"));
  }

  /** Creates a generator whose coroutine belongs to the coroutine that takes the first step. */
  public static <Y extends @Nullable Object, S extends @Nullable Object>
      TwoWayGenerator<Y, S, @Nullable Void> of(Body<Y, S> body) {
    return Generator.builder().twoWay(body);
  }

  /** Creates a generator whose coroutine runs on a scheduler and belongs to nobody. */
  public static <Y extends @Nullable Object, S extends @Nullable Object>
      TwoWayGenerator<Y, S, @Nullable Void> of(CoroutineScheduler scheduler, Body<Y, S> body) {
    return Generator.builder().scheduler(scheduler).twoWay(body);
  }

  /** As {@link #of(Body)}, with a result. */
  public static <Y extends @Nullable Object, S extends @Nullable Object, R extends @Nullable Object>
      TwoWayGenerator<Y, S, R> returning(ResultBody<Y, S, R> body) {
    return Generator.builder().returning(body);
  }

  /** As {@link #of(CoroutineScheduler, Body)}, with a result. */
  public static <Y extends @Nullable Object, S extends @Nullable Object, R extends @Nullable Object>
      TwoWayGenerator<Y, S, R> returning(CoroutineScheduler scheduler, ResultBody<Y, S, R> body) {
    return Generator.builder().scheduler(scheduler).returning(body);
  }

  @Override
  public Step<Y, R> next() {
    return step(new Request.Go<>(null));
  }

  @Override
  public Step<Y, R> next(Duration limit) throws TimeoutException {
    Objects.requireNonNull(limit, "limit");
    return step(new Request.Go<>(null), limit);
  }

  /**
   * As {@link #next()}, and the yield at which the body waits returns the value.
   *
   * @param value null has the effect of {@code next}
   * @throws IllegalStateException as {@code next} does; and if the body does not wait at a yield,
   *     because it has not begun or because the value of a step that was given up has not been
   *     taken
   */
  public Step<Y, R> send(S value) {
    return step(new Request.Go<>(value));
  }

  /**
   * As {@link #next()}, and the yield at which the body waits throws the exception: an unchecked
   * one as it is, a checked one as the cause of a {@link CompletionException}. If the body has not
   * begun, it never will. If it has ended, or does not catch the exception, this method throws it.
   *
   * @throws IllegalStateException as {@link #send} does
   */
  public Step<Y, R> raise(Throwable thrown) {
    return step(new Request.Raise<>(Objects.requireNonNull(thrown, "thrown")));
  }

  Step<Y, R> step(Request<? extends S> request) {
    try {
      return step(request, null);
    } catch (TimeoutException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private Step<Y, R> step(Request<? extends S> request, @Nullable Duration limit)
      throws TimeoutException {
    if (!watched) {
      watched = true;
      exchange.whenEnded(CLEANER.register(this, exchange::abandon)::clean);
    }
    try {
      return exchange.step(request, limit);
    } finally {
      Reference.reachabilityFence(this); // Not unreachable while a caller waits for it.
    }
  }

  @Override
  public void close() {
    exchange.close();
  }

  @Override
  public Iterator<Y> iterator() {
    return new Values();
  }

  private final class Values implements Iterator<Y> {
    private @Nullable Step<Y, R> ahead;

    @Override
    public boolean hasNext() {
      if (ahead == null && !exchange.isClosed()) {
        ahead = TwoWayGenerator.this.next();
      }
      return ahead instanceof Step.Yielded;
    }

    @Override
    public Y next() {
      if (hasNext() && ahead instanceof Step.Yielded<Y, R>(Y value)) {
        ahead = null;
        return value;
      }
      throw new NoSuchElementException(exchange + " has no more values");
    }
  }

  @Override
  public String toString() {
    return exchange.toString();
  }
}
