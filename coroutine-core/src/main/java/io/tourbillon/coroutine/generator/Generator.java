package io.tourbillon.coroutine.generator;

import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.CoroutineScheduler;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Values that are computed one by one, each when it is asked for, by code that reads as if it
 * computed them all.
 *
 * <pre>{@code
 * try (Generator<Integer, Void, Void> squares = Generator.of(out -> {
 *   for (int n = 1; ; n++) {
 *     out.yield(n * n);                  // waits here until the next one is asked for
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
 * <p>The body is run by a coroutine of its own, so it may suspend otherwise too. It begins when the
 * first value is asked for; before that a generator costs nothing. With {@link #of(Body)} that
 * coroutine belongs to the one that asks first: it has its turns on the same loop and is cancelled
 * when that one has ended. With a scheduler it belongs to nobody, and threads can ask too. A step
 * costs two turns of a loop and a few small objects.
 *
 * <p><b>One at a time</b> takes a step; a second one is told that the generator is already
 * executing, as is the body itself. A step whose taker was cancelled, or timed out, goes on, and
 * the next {@link #next} gets its value: none is lost. When the body has ended, each further step
 * ends in the same way; a closed generator has no steps any more.
 *
 * <p><b>Close it</b> if you leave before its end, best by try-with-resources: until then the body
 * waits at its yield with all that it holds, and a scheduler waits for it when that is closed. One
 * that has been lost is closed when the garbage collector finds out, if ever; not if the body
 * itself refers to it.
 *
 * <p>After Python's generators (PEP 255, 342 and 380), with these differences: the result and a
 * failure of the body are seen by every step after the end and not by the first alone; a failure is
 * thrown as {@link io.tourbillon.coroutine.Coroutine#join} does, so that it shows where it was
 * asked for.
 *
 * @param <Y> the values
 * @param <S> what it can be sent; Void if that is nothing
 * @param <R> its result; Void if there is none
 */
public final class Generator<
        Y extends @Nullable Object, S extends @Nullable Object, R extends @Nullable Object>
    implements Iterable<Y>, AutoCloseable {
  /** Closes what was lost. Its thread is a daemon, and starts with the first generator. */
  private static final Cleaner CLEANER = Cleaner.create();

  private static final AtomicLong NUMBERS = new AtomicLong();

  private final Exchange<Y, S, R> exchange;

  /** By who takes a step; if two do at once, being watched twice does no harm. */
  private boolean watched;

  /** A body without a result. */
  @FunctionalInterface
  public interface Body<Y extends @Nullable Object, S extends @Nullable Object> {
    /** Hands out the values. */
    void run(Yielder<Y, S> out) throws Exception;
  }

  /** A body with a result. */
  @FunctionalInterface
  public interface ResultBody<
      Y extends @Nullable Object, S extends @Nullable Object, R extends @Nullable Object> {
    /** Hands out the values. */
    R run(Yielder<Y, S> out) throws Exception;
  }

  private Generator(Builder options, ResultBody<Y, S, R> body) {
    String name = options.name == null ? "generator-" + NUMBERS.incrementAndGet() : options.name;
    exchange = new Exchange<>(name, options.scheduler, Objects.requireNonNull(body, "body"));
  }

  /** One whose coroutine belongs to that which takes the first step. */
  public static <Y extends @Nullable Object, S extends @Nullable Object>
      Generator<Y, S, @Nullable Void> of(Body<Y, S> body) {
    return builder().of(body);
  }

  /** One whose coroutine belongs to nobody, on a scheduler; for threads and for whoever asks. */
  public static <Y extends @Nullable Object, S extends @Nullable Object>
      Generator<Y, S, @Nullable Void> of(CoroutineScheduler scheduler, Body<Y, S> body) {
    return builder().scheduler(scheduler).of(body);
  }

  /** As {@link #of(Body)}, with a result. */
  public static <Y extends @Nullable Object, S extends @Nullable Object, R extends @Nullable Object>
      Generator<Y, S, R> returning(ResultBody<Y, S, R> body) {
    return builder().returning(body);
  }

  /** As {@link #of(CoroutineScheduler, Body)}, with a result. */
  public static <Y extends @Nullable Object, S extends @Nullable Object, R extends @Nullable Object>
      Generator<Y, S, R> returning(CoroutineScheduler scheduler, ResultBody<Y, S, R> body) {
    return builder().scheduler(scheduler).returning(body);
  }

  /** For a generator with a name. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Lets the body go on until its next value or its end.
   *
   * @throws CompletionException if the body throws; the cause is what; or if the body's coroutine
   *     was cancelled, with its owner or its scheduler, and then it is a {@link
   *     CancellationException}
   * @throws CancellationException if the calling thread, no coroutine, is interrupted
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws IllegalStateException if the generator is already executing, was closed, or has no
   *     scheduler and is asked for its first value by a thread
   */
  public Step<Y, R> next() {
    return step(new Request.Go<>(null));
  }

  /**
   * As {@link #next()}, for a limited time. The step goes on when that is over.
   *
   * @param limit zero or less does not wait
   * @throws TimeoutException if the limit was over before
   */
  public Step<Y, R> next(Duration limit) throws TimeoutException {
    Objects.requireNonNull(limit, "limit");
    return step(new Request.Go<>(null), limit);
  }

  /**
   * As {@link #next()}, and the yield at which the body waits returns a value.
   *
   * @param value null is what next sends
   * @throws IllegalStateException besides, if the body does not wait at a yield: if it has not
   *     begun, or someone has given up a step and its value was not taken yet
   */
  public Step<Y, R> send(S value) {
    return step(new Request.Go<>(value));
  }

  /**
   * As {@link #next()}, and the yield at which the body waits throws an exception: an unchecked one
   * as it is, a checked one as the cause of a {@link CompletionException}. If the body has not
   * begun it never will; if it has ended, or lets the exception pass, it is thrown from here.
   *
   * @throws IllegalStateException besides, as by {@link #send}
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
      Reference.reachabilityFence(this); // Whoever waits for it has not lost it.
    }
  }

  /**
   * Ends the body where it waits, and waits for its end, however long that takes, though the caller
   * is cancelled or interrupted. Its yield throws {@link GeneratorClosedException}; if it waits for
   * something else, since a step was given up, its coroutine is cancelled. One that has not begun
   * never will. Closing what has ended does nothing.
   *
   * @throws CompletionException if the body throws something else then; the cause is what
   * @throws IllegalStateException if the generator is executing, or has yielded nevertheless
   */
  @Override
  public void close() {
    exchange.close();
  }

  /**
   * The values that are left. Each iterator is another view of the same generator, and has taken
   * one value more than it has returned after {@link Iterator#hasNext}. It ends with the body, or
   * when the generator is closed; {@code hasNext} and {@code next} throw as {@link #next()} does.
   */
  @Override
  public Iterator<Y> iterator() {
    return new Values();
  }

  private final class Values implements Iterator<Y> {
    private @Nullable Step<Y, R> ahead;

    @Override
    public boolean hasNext() {
      if (ahead == null && !exchange.isClosed()) {
        ahead = Generator.this.next();
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

  /**
   * The values that are left, as a sequential stream. Closing the stream closes the generator, so
   * it belongs into try-with-resources.
   */
  public Stream<Y> stream() {
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(iterator(), Spliterator.ORDERED), false)
        .onClose(this::close);
  }

  @Override
  public String toString() {
    return exchange.toString();
  }

  /** Options of a generator; each method returns this builder. */
  public static final class Builder {
    private @Nullable String name;
    private @Nullable CoroutineScheduler scheduler;

    private Builder() {}

    /** What it, and its coroutine, is called; by default, generator and a number. */
    public Builder name(String name) {
      this.name = Objects.requireNonNull(name, "name");
      return this;
    }

    /** Has its coroutine belong to nobody, on this scheduler. */
    public Builder scheduler(CoroutineScheduler scheduler) {
      this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
      return this;
    }

    /** Without a result. */
    public <Y extends @Nullable Object, S extends @Nullable Object>
        Generator<Y, S, @Nullable Void> of(Body<Y, S> body) {
      Objects.requireNonNull(body, "body");
      return returning(
          out -> {
            body.run(out);
            return null;
          });
    }

    /** With a result. */
    public <Y extends @Nullable Object, S extends @Nullable Object, R extends @Nullable Object>
        Generator<Y, S, R> returning(ResultBody<Y, S, R> body) {
      return new Generator<>(this, body);
    }
  }
}
