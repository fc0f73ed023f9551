package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.Selectable;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The receiving side of a {@link Channel}. Thread-safe.
 *
 * <p>Each value goes to one receiver. Receivers are served in arrival order.
 *
 * <h2>Views</h2>
 *
 * <p>{@link #map}, {@link #filter} and the methods below them return views. A view has no coroutine
 * and no buffer: its receiver takes values from the source below, and runs the functions. So they
 * run once a value, may suspend, and nothing runs ahead; {@link #buffer} adds a coroutine that
 * does. A view can be a case of a {@link Select}, and be iterated.
 *
 * <pre>{@code
 * prices.filter(price -> price.isOurs())
 *     .debounce(Duration.ofMillis(50))
 *     .map(price -> render(price))
 *     .consumeEach(screen::show);
 * }</pre>
 *
 * <ul>
 *   <li>No value is lost silently. A receiver that gives up has taken nothing, or leaves what it
 *       took to the next one. A value that a view drops, or whose function throws, goes to the
 *       consumer of undelivered values of its channel, if that has one.
 *   <li>An exception of a function is thrown to the receiver. The view stays open.
 *   <li>A view ends when its source does, with the same cause. {@link #cancel} cancels the source.
 *       A view that ends before, such as {@link #take}, leaves the rest in the source.
 *   <li>Views that keep nothing serve any number of receivers: map, filter, onEach, merge. The
 *       others serve one at a time, and refuse a second with an {@link IllegalStateException}.
 * </ul>
 *
 * @param <T> the values; never null
 */
public sealed interface Source<T> extends Iterable<T> permits Channel, SourceView {
  /**
   * Receives the next value; waits until there is one.
   *
   * @throws ChannelClosedException if the channel is closed and empty
   * @throws CoroutineCancelledException if the calling coroutine is cancelled; no value was taken
   * @throws CancellationException if the calling thread is interrupted while it waits; no value was
   *     taken
   */
  T receive();

  /**
   * As {@link #receive()}, but waits no longer than the limit.
   *
   * @param limit zero or less does not wait
   * @throws TimeoutException if the limit passed first; no value was taken
   */
  T receive(Duration limit) throws TimeoutException;

  /**
   * Receives the next value, or returns null if the channel was closed without a cause and is
   * empty. For loops that end with the channel: {@code while ((job = jobs.receiveOrNull()) !=
   * null)}.
   *
   * @throws ChannelClosedException if the channel was closed with a cause and is empty
   * @throws CoroutineCancelledException as for {@link #receive()}
   * @throws CancellationException as for {@link #receive()}
   */
  @Nullable T receiveOrNull();

  /** Receives the next value if there is one. Never waits. Empty if there is none. */
  Optional<T> tryReceive();

  /**
   * Returns an iterator that receives values until the channel is closed and empty. {@code hasNext}
   * waits for a value and takes it out of the channel, so the value is lost if {@code next} does
   * not follow. For one caller at a time.
   */
  @Override
  Iterator<T> iterator();

  /** As {@link #cancel(Throwable)}, without a cause. */
  default void cancel() {
    cancel(null);
  }

  /**
   * Closes the channel at once. Values that nobody has received are dropped, and given to the
   * consumer of undelivered values. Senders that wait get a {@link ChannelClosedException}.
   *
   * @param cause the cause of the exception that senders and receivers get from now on; null for
   *     none; ignored if the channel is closed already
   */
  void cancel(@Nullable Throwable cause);

  /** Returns true if the channel was closed or cancelled. It can still hold values. */
  boolean isClosed();

  /** Returns how many values are in the buffer. A snapshot. */
  int size();

  // Results instead of exceptions.

  /**
   * Receives the next value, as {@link #receive()} does, but shows the end by its result.
   *
   * @return {@link Received.Value} or {@link Received.Closed}
   * @throws CoroutineCancelledException as for {@link #receive()}
   * @throws CancellationException as for {@link #receive()}
   */
  Received<T> receiveResult();

  /**
   * As {@link #receiveResult()}, but returns {@link Received.Empty} if nothing comes within a
   * limit.
   *
   * @param limit zero or less does not wait
   */
  Received<T> receiveResult(Duration limit);

  /** As {@link #receiveResult()}, but returns {@link Received.Empty} instead of waiting. */
  Received<T> tryReceiveResult();

  // Views.

  /** Returns a view of what a function makes of each value. The result must not be null. */
  default <V> Source<V> map(Function<? super T, ? extends V> function) {
    return map(function, _ -> {});
  }

  /**
   * As {@link #map(Function)}, for results that must be closed.
   *
   * @param onUndelivered gets results that are dropped by views of this one, or whose functions
   *     throw
   */
  default <V> Source<V> map(
      Function<? super T, ? extends V> function, Consumer<? super V> onUndelivered) {
    Objects.requireNonNull(function, "function");
    Objects.requireNonNull(onUndelivered, "onUndelivered");
    return new StageView<T, V>(
        "map",
        this,
        value -> Objects.requireNonNull(function.apply(value), "the function returned null"),
        onUndelivered);
  }

  /** Returns a view of the values for which a predicate holds. */
  default Source<T> filter(Predicate<? super T> wanted) {
    Objects.requireNonNull(wanted, "wanted");
    Function<T, @Nullable T> stage = value -> wanted.test(value) ? value : null;
    return StageView.passing("filter", this, stage);
  }

  /** Returns a view of the same values, each of which an action sees first. */
  default Source<T> onEach(Consumer<? super T> action) {
    Objects.requireNonNull(action, "action");
    return StageView.passing(
        "each",
        this,
        value -> {
          action.accept(value);
          return value;
        });
  }

  /**
   * Returns a view that ends after a number of values. The rest stays in this source.
   *
   * @throws IllegalArgumentException if the number is negative
   */
  default Source<T> take(long most) {
    return PrefixView.take(this, most);
  }

  /**
   * Returns a view that ends at the first value for which a predicate does not hold, and drops
   * that.
   */
  default Source<T> takeWhile(Predicate<? super T> wanted) {
    return PrefixView.takeWhile(this, Objects.requireNonNull(wanted, "wanted"));
  }

  /**
   * Returns a view that ends when something has happened, such as {@code stop.onSet()} of an event.
   * If a value has come as well, the view ends. What can be given back is given back at once.
   */
  default Source<T> takeUntil(Selectable<?> stop) {
    return PrefixView.takeUntil(this, Objects.requireNonNull(stop, "stop"));
  }

  /** Returns a view without values that equal the one before. */
  default Source<T> distinctUntilChanged() {
    return PrefixView.distinct(this);
  }

  /**
   * Returns a view of pairs: the first values of both sources, the second ones and so on. It ends
   * with the first of the two that ends. It keeps a value of one source until the other has one; if
   * the other ends instead, the value is undelivered.
   */
  default <B, V> Source<V> zip(
      Source<B> other, BiFunction<? super T, ? super B, ? extends V> pair) {
    Objects.requireNonNull(other, "other");
    Objects.requireNonNull(pair, "pair");
    return new ZipView<>(this, other, pair);
  }

  /**
   * Returns a view of lists of a size; the last one before the end may be shorter.
   *
   * @throws IllegalArgumentException if the size is less than 1
   */
  default Source<List<T>> chunked(int size) {
    return new TimedView.Chunks<>(this, size, null);
  }

  /**
   * As {@link #chunked(int)}, but a list is complete a time after its first value was received,
   * however short it is.
   *
   * @param most more than zero
   * @throws IllegalArgumentException if it is not, or the size is less than 1
   */
  default Source<List<T>> chunked(int size, Duration most) {
    return new TimedView.Chunks<>(this, size, Objects.requireNonNull(most, "most"));
  }

  /**
   * Returns a view of those values after which nothing comes for a time, and of the last one. The
   * time counts from the moment at which the receiver takes the value, so the receiver should wait
   * most of the time, or be behind a {@link #buffer}.
   *
   * @param quiet more than zero
   * @throws IllegalArgumentException if it is not
   */
  default Source<T> debounce(Duration quiet) {
    return TimedView.Latest.debounce(this, quiet);
  }

  /**
   * Returns a view of the latest value in each period in which one has come, and of the last one.
   *
   * @param period more than zero; the first begins now
   * @throws IllegalArgumentException if it is not
   */
  default Source<T> sample(Duration period) {
    return TimedView.Latest.sample(this, period);
  }

  /**
   * Returns a view of the values of several sources, as they come. Of those that have a value, a
   * random one is next. It ends when all have ended, or one has with a cause. A value that is not
   * delivered goes to the consumer of undelivered values of the first source, wherever it came
   * from.
   *
   * @throws IllegalArgumentException if there is no source
   */
  static <T> Source<T> merge(Collection<? extends Source<T>> sources) {
    if (sources.isEmpty()) {
      throw new IllegalArgumentException("there must be at least one source: " + sources);
    }
    return new MergeView<T>(List.copyOf(sources));
  }

  /** As {@link #merge(Collection)}. */
  @SafeVarargs
  @SuppressWarnings("varargs") // List.of only reads the array.
  static <T> Source<T> merge(Source<T>... sources) {
    return merge(List.of(sources));
  }

  /**
   * Starts a coroutine that receives ahead of the receiver, and runs the functions of the views
   * below. It belongs to the calling coroutine, as for {@link Channel#produce}. To cancel the
   * buffer cancels this source, too; values in the buffer are undelivered then.
   *
   * @param capacity how many values it may be ahead; 0 for one that waits to be received
   * @throws IllegalArgumentException if it is negative
   * @throws IllegalStateException outside a coroutine
   */
  default Source<T> buffer(int capacity) {
    return Buffering.start(this, capacity);
  }

  // Consuming.

  /**
   * Runs an action for each value until this source ends, and cancels this source however the
   * action ends. A loop does not: one that is left by an exception leaves the source open.
   *
   * @throws ChannelClosedException if this source was closed with a cause
   */
  default void consumeEach(Consumer<? super T> action) {
    Objects.requireNonNull(action, "action");
    try (Consumption<T> values = consume()) {
      values.forEach(action);
    }
  }

  /**
   * Returns this source for a loop in a {@code try}, which cancels this source at its end.
   *
   * <pre>{@code
   * try (Source.Consumption<Price> seen = prices.subscribe().consume()) {
   *   for (Price price : seen) {
   *     if (show(price)) {
   *       break;                                       // the subscription is cancelled
   *     }
   *   }
   * }
   * }</pre>
   */
  default Consumption<T> consume() {
    return new Consumption<>(this);
  }

  /**
   * A source that is consumed by one block of code, which cancels it at its end.
   *
   * @param source the source
   * @param <T> the values
   */
  record Consumption<T>(Source<T> source) implements Iterable<T>, AutoCloseable {
    @Override
    public Iterator<T> iterator() {
      return source.iterator();
    }

    /** Cancels the source. */
    @Override
    public void close() {
      source.cancel();
    }
  }
}
