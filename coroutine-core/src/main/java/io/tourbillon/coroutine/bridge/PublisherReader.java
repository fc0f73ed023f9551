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
 * What a publisher publishes, to be taken one by one by coroutines or threads; made by {@link
 * Publishers#read}.
 *
 * <pre>{@code
 * try (PublisherReader<Order> orders = Publishers.read(publisher, 64)) {
 *   for (Order order : orders) {                   // until the publisher is complete
 *     handle(order);
 *   }
 * }                                                // cancels the subscription if that is left early
 * }</pre>
 *
 * <p>The publisher is asked for a window of values at first, and for more as they are taken, half a
 * window at a time. So there are never more of them here, or on their way, than the window. A
 * receive that throws has taken nothing.
 *
 * <p>Thread-safe; several may receive, each value goes to one. Close it when you leave before the
 * end: nothing else tells the publisher.
 *
 * @param <T> what is published
 */
public final class PublisherReader<T> implements Iterable<T>, AutoCloseable {
  private final SerialSubscription subscription = new SerialSubscription();
  private final Consumer<? super T> onUndelivered;

  /** Has room for all that was asked for, so that nobody waits who sends to it. */
  private final Channel<T> values;

  private final int window;

  /** How many are asked for at a time. */
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
   * Takes the next value; waits until there is one.
   *
   * @throws ChannelClosedException if there are no more; its cause is what the publisher has failed
   *     with, if it has
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws CancellationException if the calling thread, no coroutine, is interrupted
   */
  public T receive() {
    T value = values.receive();
    tookOne();
    return value;
  }

  /**
   * As {@link #receive()}, for a limited time.
   *
   * @param limit zero or less does not wait
   * @throws TimeoutException if the limit was over; no value was taken
   */
  public T receive(Duration limit) throws TimeoutException {
    T value = values.receive(limit);
    tookOne();
    return value;
  }

  /** Takes the next value if that needs no waiting; empty if there is none, or no more. */
  public Optional<T> tryReceive() {
    Optional<T> value = values.tryReceive();
    if (value.isPresent()) {
      tookOne();
    }
    return value;
  }

  /**
   * The values that are left. {@link Iterator#hasNext} takes one; it waits and throws as {@link
   * #receive()} does, but the end without a failure.
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
        tookOne();
        return value;
      }
    };
  }

  private void tookOne() {
    if (taken.incrementAndGet() % batch != 0) {
      return;
    }
    try {
      subscription.request(batch);
    } catch (RuntimeException thrown) {
      fail(thrown); // And not the taker, who has its value.
    }
  }

  /**
   * Cancels the subscription. What is here and was not taken is dropped, and given to whoever is
   * told of the undelivered.
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

  /** What the publisher is to talk to. */
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
