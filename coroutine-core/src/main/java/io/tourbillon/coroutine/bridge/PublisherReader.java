package io.tourbillon.coroutine.bridge;

import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.channel.ChannelClosedException;
import java.time.Duration;
import java.util.Iterator;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Receives the values of a publisher one by one, in coroutines or threads. Made by {@link
 * Publishers#read}.
 *
 * <pre>{@code
 * try (PublisherReader<Order> orders = Publishers.read(publisher, 64)) {
 *   for (Order order : orders) {                   // until the publisher is complete
 *     handle(order);
 *   }
 * }                                                // cancels the subscription, if not at the end
 * }</pre>
 *
 * <p>Thread-safe. Several callers may receive; each value goes to one of them.
 *
 * <p>The publisher is asked for a window of values at first, and for more as values are received,
 * half a window at a time. So never more values than the window are here or on their way. A receive
 * that throws has taken no value. Close a reader that you leave before the end: nothing else tells
 * the publisher.
 *
 * @param <T> the values
 */
public final class PublisherReader<T> implements Iterable<T>, AutoCloseable {
  private final SerialSubscription subscription = new SerialSubscription();
  private final Consumer<? super T> onUndelivered;

  /** Has room for all values that were requested, so that no send waits. */
  private final Channel<T> values;

  private final int window;

  /** How many values are requested at a time. */
  private final int batch;

  private final AtomicLong taken = new AtomicLong();

  PublisherReader(int window, Consumer<? super T> onUndelivered) {
    if (window < 1) {
      throw new IllegalArgumentException("window must be at least 1: " + window);
    }
    this.window = window;
    this.onUndelivered = Objects.requireNonNull(onUndelivered, "onUndelivered");
    batch = Math.max(1, window / 2);
    values = Channel.<T>builder().onUndelivered(onUndelivered).buffered(window);
    subscription.request(window);
  }

  /**
   * Receives the next value; waits until there is one.
   *
   * @throws ChannelClosedException if there are no more values; its cause is the failure of the
   *     publisher, if any
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws CancellationException if the calling thread is interrupted while it waits
   */
  public T receive() {
    T value = values.receive();
    countReceived();
    return value;
  }

  /**
   * As {@link #receive()}, but waits no longer than the limit.
   *
   * @param limit zero or less does not wait
   * @throws TimeoutException if the limit passed first; no value was taken
   */
  public T receive(Duration limit) throws TimeoutException {
    T value = values.receive(limit);
    countReceived();
    return value;
  }

  /** Receives the next value if there is one. Never waits. Empty if there is none. */
  public Optional<T> tryReceive() {
    Optional<T> value = values.tryReceive();
    if (value.isPresent()) {
      countReceived();
    }
    return value;
  }

  /**
   * Returns an iterator over the values that are left. {@link Iterator#hasNext} takes a value: it
   * waits and throws as {@link #receive()} does, and returns false at the end without a failure.
   */
  @Override
  public Iterator<T> iterator() {
    Iterator<T> received = values.iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return received.hasNext();
      }

      @Override
      public T next() {
        T value = received.next();
        countReceived();
        return value;
      }
    };
  }

  private void countReceived() {
    if (taken.incrementAndGet() % batch != 0) {
      return;
    }
    try {
      subscription.request(batch);
    } catch (RuntimeException thrown) {
      fail(thrown); // Not thrown here, as the caller has its value.
    }
  }

  /**
   * Cancels the subscription. Values that were not received are dropped, and given to the consumer
   * of undelivered values.
   */
  @Override
  public void close() {
    try {
      subscription.cancel();
    } finally {
      values.cancel(null);
    }
  }

  private void fail(Throwable failure) {
    values.closeWith(failure);
    subscription.cancel();
  }

  /** Returns the subscriber that the publisher calls. */
  Flow.Subscriber<T> subscriber() {
    return new Incoming();
  }

  private final class Incoming implements Flow.Subscriber<T> {
    @Override
    public void onSubscribe(Flow.Subscription begun) {
      subscription.begin(Objects.requireNonNull(begun, "subscription, rule 2.13"));
    }

    @Override
    public void onNext(T value) {
      Objects.requireNonNull(value, "value, rule 2.13");
      if (values.trySend(value)) {
        return;
      }
      if (!values.isClosed()) {
        fail(
            new IllegalStateException(
                "a publisher must not send more than was requested, rule 1.1: more than "
                    + window));
      }
      onUndelivered.accept(value);
    }

    @Override
    public void onError(Throwable failure) {
      Objects.requireNonNull(failure, "failure, rule 2.13");
      subscription.end();
      values.closeWith(failure);
    }

    @Override
    public void onComplete() {
      subscription.end();
      values.close();
    }
  }
}
