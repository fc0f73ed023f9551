package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.timer.internal.Rethrow;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends each value to all subscribers. Each subscriber has a channel of its own.
 *
 * <pre>{@code
 * Broadcast<Price> prices = Broadcast.droppingOldest(16);
 * Source<Price> seen = prices.subscribe();        // before the first value is sent
 * scheduler.spawn(() -> {
 *   try {
 *     for (Price price : seen) {                  // until the broadcast is closed
 *       show(price);
 *     }
 *   } finally {
 *     seen.cancel();                              // also if show throws
 *   }
 * });
 * prices.send(new Price(...));
 * }</pre>
 *
 * <p>All subscribers get the values in the same order. A value that is sent while nobody has
 * subscribed is dropped. A subscriber that leaves must {@linkplain Source#cancel() cancel} its
 * source: otherwise its buffer stays, and once that is full, {@link #send} and {@link #close} of a
 * {@link #buffered} broadcast wait for ever.
 *
 * <p>Thread-safe. A send takes a channel's send for each subscriber; subscribing copies the list of
 * subscribers.
 *
 * @param <T> the values; never null
 */
public final class Broadcast<T> implements AutoCloseable {
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final String name = "broadcast-" + NUMBERS.incrementAndGet();
  private final int capacity;
  private final boolean dropsOldest;
  private final @Nullable Consumer<? super T> onUndelivered;

  /**
   * Holds a token while one value goes to all, so that the order is the same everywhere: the buffer
   * of one value is a fair lock across suspensions.
   */
  private final Channel<Boolean> sending =
      Channel.<Boolean>builder().name(name + "'s turn").buffered(1);

  private final List<LockedChannel<T>> subscribers = new CopyOnWriteArrayList<>();

  /** Written before {@link #closed}, which publishes it. */
  private @Nullable Throwable cause;

  /**
   * Written once, with the token. A new subscriber is added before it reads this; the close reads
   * the subscribers after it has written this. So one of the two closes the channel.
   */
  private volatile boolean closed;

  private Broadcast(
      int capacity, boolean dropsOldest, @Nullable Consumer<? super T> onUndelivered) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be at least 1: " + capacity);
    }
    this.capacity = capacity;
    this.dropsOldest = dropsOldest;
    this.onUndelivered = onUndelivered;
  }

  /**
   * Creates a broadcast whose {@link #send} waits while the buffer of any subscriber is full.
   *
   * @param capacity how many values the buffer of each subscriber holds, at least 1
   * @throws IllegalArgumentException if it is less
   */
  public static <T> Broadcast<T> buffered(int capacity) {
    return new Broadcast<>(capacity, false, null);
  }

  /**
   * Creates a broadcast that never waits for a subscriber: one that is too slow loses the oldest
   * values in its buffer.
   *
   * @param capacity as for {@link #buffered}
   * @throws IllegalArgumentException if it is less than 1
   */
  public static <T> Broadcast<T> droppingOldest(int capacity) {
    return new Broadcast<>(capacity, true, null);
  }

  /**
   * As {@link #droppingOldest(int)}, with a consumer of values that a subscriber does not receive:
   * those that newer ones replace, and those in a source that is cancelled. It is called once for
   * each such subscriber.
   *
   * @param onUndelivered called by the caller that sends or cancels; what it throws is thrown there
   */
  public static <T> Broadcast<T> droppingOldest(int capacity, Consumer<? super T> onUndelivered) {
    return new Broadcast<>(capacity, true, Objects.requireNonNull(onUndelivered, "onUndelivered"));
  }

  /**
   * As {@link #buffered(int)}, with a consumer of the values in a source that is cancelled. It is
   * called once for each such subscriber.
   *
   * @param onUndelivered called by the caller that cancels; what it throws is thrown there
   */
  public static <T> Broadcast<T> buffered(int capacity, Consumer<? super T> onUndelivered) {
    return new Broadcast<>(capacity, false, Objects.requireNonNull(onUndelivered, "onUndelivered"));
  }

  /**
   * Returns a source of the values that are sent from now on. A value whose {@link #send} waits for
   * its turn at this moment may be the first. The source is closed when the broadcast is.
   */
  public Source<T> subscribe() {
    Subscription<T> subscription = new Subscription<>(subscribers);
    Channel.Builder<T> options = Channel.<T>builder().name(name);
    if (onUndelivered != null) {
      options.onUndelivered(onUndelivered);
    }
    LockedChannel<T> channel =
        new LockedChannel<>(options, capacity, dropsOldest, subscription, null);
    subscription.channel = channel;
    subscribers.add(channel);
    if (closed) {
      channel.closeWith(cause);
      subscribers.remove(channel);
    }
    return channel;
  }

  /**
   * Sends a value to all subscribers.
   *
   * @throws ChannelClosedException if the broadcast is closed
   * @throws CoroutineCancelledException if the calling coroutine is cancelled while it waits; some
   *     subscribers may have the value
   * @throws CancellationException if the calling thread is interrupted while it waits; likewise
   */
  public void send(T value) {
    Objects.requireNonNull(value, "value");
    sending.send(true);
    try {
      if (closed) {
        throw ChannelClosedException.ofSender(name, cause);
      }
      sendToAll(value);
    } finally {
      boolean _ = sending.tryReceive().isPresent();
    }
  }

  /**
   * A consumer of dropped values that throws keeps the value from no other subscriber. A sender
   * that is cancelled while it waits for one of them does not go on.
   */
  private void sendToAll(T value) {
    Throwable first = null;
    for (LockedChannel<T> subscriber : subscribers) {
      try {
        sendTo(subscriber, value);
      } catch (CancellationException cancelled) {
        throw cancelled;
      } catch (RuntimeException | Error failure) {
        first = first == null ? failure : first;
      }
    }
    if (first != null) {
      throw Rethrow.unchecked(first);
    }
  }

  private static <T> void sendTo(LockedChannel<T> subscriber, T value) {
    if (!subscriber.isClosed()) {
      try {
        subscriber.send(value);
      } catch (ChannelClosedException left) {
        // The subscriber has cancelled its source meanwhile.
      }
    }
  }

  /**
   * Closes the broadcast. Waits for the values that are being sent; subscribers still get these.
   *
   * @throws CoroutineCancelledException if the calling coroutine is cancelled while it waits; the
   *     broadcast is still open
   * @throws CancellationException if the calling thread is interrupted while it waits; likewise
   */
  @Override
  public void close() {
    closeWith(null);
  }

  /**
   * Closes the broadcast, as {@link #close()} does.
   *
   * @param cause the cause of the exception that subscribers get after the last value; null for
   *     none
   * @return false if it was closed before
   */
  public boolean closeWith(@Nullable Throwable cause) {
    sending.send(true);
    try {
      if (closed) {
        return false;
      }
      this.cause = cause;
      closed = true;
      for (LockedChannel<T> subscriber : subscribers) {
        subscriber.closeWith(cause);
      }
      subscribers.clear();
      return true;
    } finally {
      boolean _ = sending.tryReceive().isPresent();
    }
  }

  /** Returns whether the broadcast was closed. */
  public boolean isClosed() {
    return closed;
  }

  /** Returns how many sources have been subscribed and not cancelled. A snapshot. */
  public int subscriberCount() {
    return subscribers.size();
  }

  /** Says how many subscribers there are. */
  @Override
  public String toString() {
    return name + " to " + subscriberCount() + (closed ? ", closed" : "");
  }

  /** Removes the channel of a subscriber that has cancelled it. */
  private static final class Subscription<T> implements Runnable {
    private final List<LockedChannel<T>> subscribers;

    /** Written before anybody else has the channel. */
    private @Nullable LockedChannel<T> channel;

    Subscription(List<LockedChannel<T>> subscribers) {
      this.subscribers = subscribers;
    }

    @Override
    public void run() {
      subscribers.remove(channel);
    }
  }
}
