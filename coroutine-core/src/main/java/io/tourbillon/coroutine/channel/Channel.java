package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.SpawnOptions;
import java.util.Collection;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A queue that hands values from senders to receivers, each value to one receiver. Coroutines of
 * any scheduler are suspended while they wait; threads are blocked.
 *
 * <pre>{@code
 * Channel<Job> jobs = Channel.buffered(100);
 * scheduler.spawn(() -> {
 *   for (Job job : jobs) {        // until the channel is closed and empty
 *     job.run();
 *   }
 * });
 * jobs.send(new Job());
 * jobs.close();
 * }</pre>
 *
 * <p>Code that only receives should take a {@link Source}, and code that only sends a {@link Sink}.
 *
 * <p>Thread-safe. Each operation holds a lock for some ten nanoseconds.
 *
 * <p>Values come out in the order in which they went in, and waiters are served in arrival order. A
 * send or receive that throws has not taken place: the sender still has its value, or the channel
 * does. A receiver that was given a value just before it was cancelled or timed out returns the
 * value. Only {@code hasNext} of an iterator takes a value out without returning it.
 *
 * <p>After "Communicating sequential processes" by Tony Hoare (1978), and the channels of Go and
 * Kotlin.
 *
 * @param <T> the values; never null
 */
public sealed interface Channel<T> extends Source<T>, Sink<T> permits LockedChannel {
  /** Creates a channel without a buffer: a send waits until its value is received. */
  static <T> Channel<T> rendezvous() {
    return Channel.<T>builder().rendezvous();
  }

  /**
   * Creates a channel with a buffer: a send waits while the buffer is full.
   *
   * @param capacity how many values the buffer holds, at least 1
   * @throws IllegalArgumentException if it is less
   */
  static <T> Channel<T> buffered(int capacity) {
    return Channel.<T>builder().buffered(capacity);
  }

  /** Creates a channel that holds the latest value only: a send replaces it and never waits. */
  static <T> Channel<T> conflated() {
    return Channel.<T>builder().conflated();
  }

  /**
   * Creates a channel with a buffer that keeps the newest values: a send into a full buffer drops
   * the oldest value, and never waits.
   *
   * @param capacity how many values the buffer holds, at least 1
   * @throws IllegalArgumentException if it is less
   */
  static <T> Channel<T> droppingOldest(int capacity) {
    return Channel.<T>builder().droppingOldest(capacity);
  }

  /** Creates a channel with a buffer that grows as needed: a send never waits. */
  static <T> Channel<T> unlimited() {
    return Channel.<T>builder().unlimited();
  }

  /**
   * Runs a body that sends values, in a coroutine that belongs to the calling one: it runs on the
   * same loop and is cancelled when that one has ended.
   *
   * <p>The channel is closed when the body has returned. If the body has thrown, the channel is
   * closed with that exception as the cause. A receiver that leaves early must {@linkplain
   * Source#cancel(Throwable) cancel} the source, which cancels the coroutine. If no receiver was
   * thrown the failure of the body within a second, it goes to the {@link
   * CoroutineScheduler.Builder#exceptionHandler}.
   *
   * @param capacity how many values the body may be ahead; 0 for a rendezvous
   * @throws IllegalArgumentException if it is negative
   * @throws IllegalStateException outside a coroutine
   */
  static <T> Source<T> produce(int capacity, Producer<T> body) {
    return Channel.<T>builder().produce(capacity, body);
  }

  /** As {@link #produce(int, Producer)}, in a coroutine of the scheduler that belongs to nobody. */
  static <T> Source<T> produce(CoroutineScheduler scheduler, int capacity, Producer<T> body) {
    return Channel.<T>builder().produce(scheduler, capacity, body);
  }

  /**
   * A body that sends values.
   *
   * @param <T> the values
   */
  @FunctionalInterface
  interface Producer<T> {
    /**
     * Sends all values. The channel is closed afterwards. Other coroutines may send as well, if
     * this method waits for them.
     */
    void run(Sink<T> out) throws Exception;
  }

  /**
   * Returns a source of coroutines in the order in which they end, in whatever way. It is closed
   * after the last one.
   *
   * <pre>{@code
   * for (Coroutine<Page> next : Channel.asCompleted(pages)) {
   *   show(next.join());
   * }
   * }</pre>
   *
   * <p>Costs a small object for each coroutine. (Repeated calls of {@link Coroutine#awaitAny} would
   * cost one for each that is left, each time.) Cancelling the source leaves nothing behind. A
   * coroutine that is given twice comes twice.
   */
  static <C extends Coroutine<?>> Source<C> asCompleted(Collection<? extends C> coroutines) {
    return Completions.of(coroutines);
  }

  /** Returns a builder of a channel with a name or a consumer of undelivered values. */
  static <T> Builder<T> builder() {
    return new Builder<>();
  }

  /** Returns true if the channel was closed or cancelled. It can still hold values. */
  @Override
  boolean isClosed();

  /**
   * Options of a channel. Each method with an option returns this builder. Not thread-safe.
   *
   * @param <T> the values
   */
  final class Builder<T> {
    @Nullable String name;
    @Nullable Consumer<? super T> onUndelivered;

    private Builder() {}

    /**
     * Sets the name for messages and {@link Coroutine#waitsFor}. The default is generated, such as
     * {@code channel-1}.
     */
    public Builder<T> name(String name) {
      this.name = Objects.requireNonNull(name, "name");
      return this;
    }

    /**
     * Sets a consumer of values that were sent and will not be received, which can close what they
     * hold: values in a channel that is cancelled, and values that a newer one replaces.
     *
     * @param onUndelivered called by the caller that cancels or sends, without the lock of the
     *     channel; what it throws is thrown there
     */
    public Builder<T> onUndelivered(Consumer<? super T> onUndelivered) {
      this.onUndelivered = Objects.requireNonNull(onUndelivered, "onUndelivered");
      return this;
    }

    /** As {@link Channel#rendezvous}. */
    public Channel<T> rendezvous() {
      return new LockedChannel<>(this, 0, false);
    }

    /**
     * As {@link Channel#buffered}.
     *
     * @throws IllegalArgumentException if the capacity is less than 1
     */
    public Channel<T> buffered(int capacity) {
      return new LockedChannel<>(this, requireCapacity(capacity), false);
    }

    /**
     * As {@link Channel#droppingOldest}.
     *
     * @throws IllegalArgumentException if the capacity is less than 1
     */
    public Channel<T> droppingOldest(int capacity) {
      return new LockedChannel<>(this, requireCapacity(capacity), true);
    }

    private static int requireCapacity(int capacity) {
      if (capacity < 1) {
        throw new IllegalArgumentException("capacity must be at least 1: " + capacity);
      }
      return capacity;
    }

    /** As {@link Channel#conflated}. */
    public Channel<T> conflated() {
      return new LockedChannel<>(this, 1, true);
    }

    /** As {@link Channel#unlimited}. */
    public Channel<T> unlimited() {
      return new LockedChannel<>(this, Integer.MAX_VALUE, false);
    }

    /** As {@link Channel#produce(int, Producer)}; the coroutine has the name of the channel. */
    public Source<T> produce(int capacity, Producer<T> body) {
      return Production.start(
          this, capacity, body, run -> Coroutines.spawnAttached(producerName(), run));
    }

    /** As {@link Channel#produce(CoroutineScheduler, int, Producer)}, with that name as well. */
    public Source<T> produce(CoroutineScheduler scheduler, int capacity, Producer<T> body) {
      return Production.start(
          this, capacity, body, run -> scheduler.spawn(SpawnOptions.named(producerName()), run));
    }

    private String producerName() {
      return name == null ? "producer" : name;
    }
  }
}
