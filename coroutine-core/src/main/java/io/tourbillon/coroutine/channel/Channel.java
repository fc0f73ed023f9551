package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.SpawnOptions;
import java.time.Duration;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands values from whoever sends them to whoever receives them, each to one. Coroutines are
 * suspended while they wait, of whatever scheduler; other threads are blocked.
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
 * <p>Values come out in the order in which they went in, and those who wait are served in the order
 * in which they came. A send or receive that throws has not taken place: the value that it was
 * about is still the sender's, or still in the channel. A value that a receiver was given just
 * before it was cancelled, or timed out, is returned. {@code hasNext} of an iterator receives a
 * value, which is lost if {@code next} does not follow.
 *
 * <p>Thread-safe; each operation holds a lock for some ten nanoseconds. After the idea of Tony
 * Hoare's "Communicating sequential processes" (1978), as Go and Kotlin have it.
 *
 * @param <T> what is handed over; never null
 */
public sealed interface Channel<T> extends Iterable<T>, AutoCloseable permits LockedChannel {
  /** One without a buffer: a send waits until its value is received. */
  static <T> Channel<T> rendezvous() {
    return Channel.<T>builder().rendezvous();
  }

  /**
   * One that holds some values that nobody has received yet; a send waits while it is full.
   *
   * @param capacity at least 1
   * @throws IllegalArgumentException if it is less
   */
  static <T> Channel<T> buffered(int capacity) {
    return Channel.<T>builder().buffered(capacity);
  }

  /** One that holds the latest value only; a send never waits, and replaces the one before. */
  static <T> Channel<T> conflated() {
    return Channel.<T>builder().conflated();
  }

  /** One that holds as many values as there is memory for; a send never waits. */
  static <T> Channel<T> unlimited() {
    return Channel.<T>builder().unlimited();
  }

  /**
   * One that is filled by a coroutine which belongs to the calling one: it is on the same loop, and
   * is cancelled when that has ended. The channel is closed when the body has returned, and with
   * what the body has thrown as the cause if it has failed; the coroutine is cancelled when the
   * channel is, so a receiver that leaves early {@linkplain #cancel cancels}. One that closes the
   * channel leaves the producer waiting, for others to receive what it sends. If nobody was thrown
   * the failure of the body within a second, it goes to the {@link
   * CoroutineScheduler.Builder#uncaughtHandler}.
   *
   * @param capacity how many values the body may be ahead; 0 for a rendezvous
   * @throws IllegalArgumentException if it is negative
   * @throws IllegalStateException outside a coroutine
   */
  static <T> Channel<T> produce(int capacity, Producer<T> body) {
    return Channel.<T>builder().produce(capacity, body);
  }

  /** As {@link #produce(int, Producer)}, by a coroutine that belongs to nobody. */
  static <T> Channel<T> produce(CoroutineScheduler scheduler, int capacity, Producer<T> body) {
    return Channel.<T>builder().produce(scheduler, capacity, body);
  }

  /**
   * Fills a channel.
   *
   * @param <T> what is handed over
   */
  @FunctionalInterface
  interface Producer<T> {
    /**
     * Sends all there is; the channel is closed afterwards. Others may help, if this waits for
     * them.
     */
    void run(Channel<T> out) throws Exception;
  }

  /**
   * A channel of coroutines in the order in which they end, in whatever way, closed after the last:
   * for whoever takes each as it is ready. Costs a small object for each, as {@link
   * Coroutine#awaitAny} again and again would cost one for each of those that are left, each time.
   * Cancelling the channel leaves nothing behind. One that is given twice comes twice.
   *
   * <pre>{@code
   * for (Coroutine<Page> next : Channel.asCompleted(pages)) {
   *   show(next.join());
   * }
   * }</pre>
   */
  static <C extends Coroutine<?>> Channel<C> asCompleted(Collection<? extends C> coroutines) {
    return Completions.of(coroutines);
  }

  /** For a channel with a name, or with someone who is told of what is not delivered. */
  static <T> Builder<T> builder() {
    return new Builder<>();
  }

  /**
   * Hands over a value; waits until there is room for it, or somebody receives it.
   *
   * @throws ChannelClosedException if the channel is closed, or is cancelled meanwhile
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws CancellationException if the calling thread, no coroutine, is interrupted
   */
  void send(T value);

  /**
   * As {@link #send(Object)}, for a limited time.
   *
   * @param limit zero or less does not wait
   * @throws TimeoutException if the limit was over; the value was not sent
   */
  void send(T value, Duration limit) throws TimeoutException;

  /**
   * Hands over a value if that needs no waiting.
   *
   * @return whether it was; if not, the channel is full, nobody waits for a value, or it is closed
   */
  boolean trySend(T value);

  /**
   * Takes the next value; waits until there is one.
   *
   * @throws ChannelClosedException if the channel is closed and empty
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws CancellationException if the calling thread, no coroutine, is interrupted
   */
  T receive();

  /**
   * As {@link #receive()}, for a limited time.
   *
   * @param limit zero or less does not wait
   * @throws TimeoutException if the limit was over; no value was taken
   */
  T receive(Duration limit) throws TimeoutException;

  /** Takes the next value if that needs no waiting; empty if there is none, or it is closed. */
  Optional<T> tryReceive();

  /**
   * Ends the channel: nothing more can be sent. What was sent, by those who still wait for its
   * being received too, can be received; then {@link #receive} throws, and iterations end.
   *
   * @return true if this call has closed it
   */
  boolean closeWith(@Nullable Throwable cause);

  /** As {@link #closeWith}, without a cause. Closing twice does nothing. */
  @Override
  void close();

  /**
   * Ends the channel at once: what was sent and not received is dropped, and given to whoever is
   * told of the undelivered; senders that wait have it thrown at them instead.
   *
   * @param cause what they, and later senders and receivers, get as the cause; may be null; ignored
   *     if the channel is closed already
   */
  void cancel(@Nullable Throwable cause);

  /** Whether it was closed or cancelled; there may be values in it yet. */
  boolean isClosed();

  /** How many values are in its buffer; a snapshot. */
  int size();

  /**
   * Options of a channel.
   *
   * @param <T> what is handed over
   */
  final class Builder<T> {
    @Nullable String name;
    @Nullable Consumer<? super T> onUndelivered;

    private Builder() {}

    /**
     * What it is called in errors and in {@link Coroutine#waitsFor}; by default, channel and a
     * number.
     */
    public Builder<T> name(String name) {
      this.name = Objects.requireNonNull(name, "name");
      return this;
    }

    /**
     * Is given the values that were sent and will not be received: those that are in a channel when
     * it is cancelled, or that a newer one replaces. To close what they hold. Called by the thread
     * that cancels or sends, after the channel's lock was released; what it throws is thrown there.
     */
    public Builder<T> onUndelivered(Consumer<? super T> onUndelivered) {
      this.onUndelivered = Objects.requireNonNull(onUndelivered, "onUndelivered");
      return this;
    }

    /** As {@link Channel#rendezvous}. */
    public Channel<T> rendezvous() {
      return new LockedChannel<>(this, 0, false);
    }

    /** As {@link Channel#buffered}. */
    public Channel<T> buffered(int capacity) {
      if (capacity < 1) {
        throw new IllegalArgumentException("capacity must be at least 1: " + capacity);
      }
      return new LockedChannel<>(this, capacity, false);
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
    public Channel<T> produce(int capacity, Producer<T> body) {
      return Production.start(
          this, capacity, body, run -> Coroutines.spawnAttached(producerName(), run));
    }

    /** As {@link Channel#produce(CoroutineScheduler, int, Producer)}, with that name, too. */
    public Channel<T> produce(CoroutineScheduler scheduler, int capacity, Producer<T> body) {
      return Production.start(
          this, capacity, body, run -> scheduler.spawn(SpawnOptions.named(producerName()), run));
    }

    private String producerName() {
      return name == null ? "producer" : name;
    }
  }
}
