package io.tourbillon.coroutine.bridge;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.channel.ChannelClosedException;
import io.tourbillon.coroutine.channel.Sink;
import io.tourbillon.coroutine.channel.Source;
import io.tourbillon.coroutine.generator.Generator;
import java.util.Objects;
import java.util.concurrent.Flow.Publisher;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Adapters between coroutines and the publishers of {@code java.util.concurrent.Flow}, both ways,
 * with backpressure: no subscriber is sent more values than it has requested.
 *
 * <p>A publisher made here serves each subscriber by a coroutine of its own, which runs the methods
 * of the subscriber on its loop. They should be as short as other code there, and may suspend. If a
 * subscriber throws, it is not called any more, and the exception goes to the {@link
 * io.tourbillon.coroutine.CoroutineExceptionHandler} of the scheduler. A closed scheduler refuses a
 * subscriber by {@code onError}.
 *
 * <p>Passes the tests of Reactive Streams 1.0.4, whose rules it follows.
 */
public final class Publishers {
  private Publishers() {}

  // To receive what others publish.

  /**
   * Subscribes, and requests the first values.
   *
   * @param window how many values may be here or on their way, at least 1
   * @throws IllegalArgumentException if it is less
   */
  public static <T> PublisherReader<T> read(Publisher<? extends T> publisher, int window) {
    return read(publisher, window, _ -> {});
  }

  /**
   * As {@link #read(Publisher, int)}, with a consumer of the values that have come and will not be
   * received.
   *
   * @param onUndelivered called when the reader is closed, by the caller that closes it, or later
   *     by the publisher
   */
  public static <T> PublisherReader<T> read(
      Publisher<? extends T> publisher, int window, Consumer<? super T> onUndelivered) {
    Objects.requireNonNull(publisher, "publisher");
    PublisherReader<T> reader = new PublisherReader<>(window, onUndelivered);
    publisher.subscribe(reader.subscriber());
    return reader;
  }

  /**
   * Returns a source of the published values, for a {@link io.tourbillon.coroutine.channel.Select}.
   * It is filled by a coroutine that belongs to the calling one. {@linkplain
   * Source#cancel(Throwable) Cancelling} the source cancels the subscription, and drops up to a
   * window of values and one.
   *
   * @param window how many values may be here or on their way, at least 1
   * @throws IllegalStateException outside a coroutine
   */
  public static <T> Source<T> toSource(Publisher<? extends T> publisher, int window) {
    return toSource(publisher, window, _ -> {});
  }

  /**
   * As {@link #toSource(Publisher, int)}, with a consumer of the values that have come and will not
   * be received.
   *
   * @param onUndelivered called by the coroutine that fills the source, or later by the publisher
   */
  public static <T> Source<T> toSource(
      Publisher<? extends T> publisher, int window, Consumer<? super T> onUndelivered) {
    Objects.requireNonNull(publisher, "publisher");
    Objects.requireNonNull(onUndelivered, "onUndelivered");
    return Channel.produce(0, out -> copy(publisher, window, onUndelivered, out));
  }

  /** As {@link #toSource(Publisher, int)}, with a coroutine that belongs to nobody. */
  public static <T> Source<T> toSource(
      CoroutineScheduler scheduler, Publisher<? extends T> publisher, int window) {
    return toSource(scheduler, publisher, window, _ -> {});
  }

  /** As {@link #toSource(Publisher, int, Consumer)}, with a coroutine that belongs to nobody. */
  public static <T> Source<T> toSource(
      CoroutineScheduler scheduler,
      Publisher<? extends T> publisher,
      int window,
      Consumer<? super T> onUndelivered) {
    Objects.requireNonNull(publisher, "publisher");
    Objects.requireNonNull(onUndelivered, "onUndelivered");
    return Channel.produce(scheduler, 0, out -> copy(publisher, window, onUndelivered, out));
  }

  private static <T> void copy(
      Publisher<? extends T> publisher,
      int window,
      Consumer<? super T> onUndelivered,
      Sink<T> out) {
    try (PublisherReader<T> reader = Publishers.<T>read(publisher, window, onUndelivered)) {
      while (true) {
        T value;
        try {
          value = reader.receive();
        } catch (ChannelClosedException end) {
          out.closeWith(end.getCause());
          return;
        }
        boolean sent = false;
        try {
          out.send(value);
          sent = true;
        } finally {
          if (!sent) {
            onUndelivered.accept(value);
          }
        }
      }
    }
  }

  // To publish.

  /**
   * A body that publishes values. It runs once for each subscriber.
   *
   * @param <T> the values
   */
  @FunctionalInterface
  public interface Body<T> {
    /** Emits the values. They are complete when it returns. */
    void run(Emitter<T> out) throws Exception;
  }

  /**
   * Publishes what a body emits. When the body returns, the subscriber gets {@code onComplete};
   * when it throws, {@code onError}. If the subscription is cancelled, the coroutine of the body is
   * cancelled. What the body throws besides then goes to the exception handler of the scheduler.
   */
  public static <T> Publisher<T> of(CoroutineScheduler scheduler, Body<T> body) {
    Objects.requireNonNull(body, "body");
    return publisher(scheduler, body::run);
  }

  /**
   * Publishes the values of a source. Subscribers share the source; each value goes to one of them.
   * A value is received only for a subscriber that wants one, and is then delivered, even if the
   * subscription is cancelled at that moment. When the source ends, the subscriber gets {@code
   * onComplete}, or {@code onError} if the source was closed with a cause; that is noticed when the
   * next value is wanted. Cancelling a subscription does not cancel the source.
   */
  public static <T> Publisher<T> ofSource(CoroutineScheduler scheduler, Source<T> source) {
    Objects.requireNonNull(source, "source");
    return publisher(scheduler, out -> publish(source, out));
  }

  private static <T> void publish(Source<T> source, CoroutineSubscription<T> out) throws Exception {
    while (true) {
      out.awaitDemand();
      T value;
      try {
        value = source.receive();
      } catch (ChannelClosedException end) {
        switch (end.getCause()) {
          case null -> {
            return;
          }
          case Error error -> throw error;
          case Exception exception -> throw exception;
          default -> throw end;
        }
      }
      out.deliver(value);
    }
  }

  /**
   * Publishes the values of generators, a new one for each subscriber, which is closed when the
   * subscription ends. A generator {@linkplain Generator#of(Generator.Body) without a scheduler}
   * runs on the loop of its subscription. A generator is one value ahead of the demand, since its
   * end would not be known otherwise.
   *
   * @param generators makes a generator for each subscriber
   */
  public static <T> Publisher<T> ofGenerators(
      CoroutineScheduler scheduler, Supplier<? extends Generator<? extends T>> generators) {
    Objects.requireNonNull(generators, "generators");
    return publisher(
        scheduler,
        out -> {
          try (Generator<? extends T> generator = generators.get()) {
            for (T value : generator) {
              out.emit(value);
            }
          }
        });
  }

  private static <T> Publisher<T> publisher(
      CoroutineScheduler scheduler, CoroutineSubscription.Producer<T> producer) {
    Objects.requireNonNull(scheduler, "scheduler");
    return subscriber -> subscribe(scheduler, subscriber, producer);
  }

  private static <T> void subscribe(
      CoroutineScheduler scheduler,
      Subscriber<? super T> subscriber,
      CoroutineSubscription.Producer<T> producer) {
    Objects.requireNonNull(subscriber, "subscriber, rule 1.9");
    try {
      new CoroutineSubscription<T>(subscriber, producer).start(scheduler);
    } catch (RejectedExecutionException closed) {
      CoroutineSubscription.refuse(subscriber, closed);
    }
  }
}
