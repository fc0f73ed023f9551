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
 * Between coroutines and the publishers of {@code java.util.concurrent.Flow}, both ways, with the
 * back-pressure of Reactive Streams: nobody is sent more than was asked for.
 *
 * <p>Publishers that are made here serve each subscriber by a coroutine of its own, which runs the
 * subscriber's methods, on its loop; so those should be as short as other code there, and may
 * suspend. A subscriber that throws is told no more, and what it has thrown goes to the scheduler's
 * {@link io.tourbillon.coroutine.UncaughtHandler}. A closed scheduler refuses by {@code onError}.
 *
 * <p>After the rules of Reactive Streams 1.0.4, whose tests these pass.
 */
public final class Publishers {
  private Publishers() {}

  // To take what others publish.

  /**
   * Subscribes, and asks for the first values.
   *
   * @param window how many values may be here or on their way; at least 1
   * @throws IllegalArgumentException if it is less
   */
  public static <T> PublisherReader<T> read(Publisher<? extends T> publisher, int window) {
    return read(publisher, window, _ -> {});
  }

  /**
   * As {@link #read(Publisher, int)}, with someone who is given the values that have come and will
   * not be received: when the reader is closed, by who closes it, or later by the publisher.
   */
  public static <T> PublisherReader<T> read(
      Publisher<? extends T> publisher, int window, Consumer<? super T> onUndelivered) {
    Objects.requireNonNull(publisher, "publisher");
    PublisherReader<T> reader = new PublisherReader<>(window, onUndelivered);
    publisher.subscribe(reader.subscriber());
    return reader;
  }

  /**
   * A channel of what is published, for a {@link io.tourbillon.coroutine.channel.Select}; it is
   * filled by a coroutine that belongs to the calling one. {@linkplain Source#cancel(Throwable)
   * Cancelling} the channel cancels the subscription, and drops up to a window of values and one.
   *
   * @throws IllegalStateException outside a coroutine
   */
  public static <T> Source<T> toSource(Publisher<? extends T> publisher, int window) {
    return toSource(publisher, window, _ -> {});
  }

  /**
   * As {@link #toSource(Publisher, int)}, with someone who is given the values that have come and
   * will not be received: by the coroutine that fills the channel, or later by the publisher.
   */
  public static <T> Source<T> toSource(
      Publisher<? extends T> publisher, int window, Consumer<? super T> onUndelivered) {
    Objects.requireNonNull(publisher, "publisher");
    Objects.requireNonNull(onUndelivered, "onUndelivered");
    return Channel.produce(0, out -> copy(publisher, window, onUndelivered, out));
  }

  /** As {@link #toSource(Publisher, int)}, by a coroutine that belongs to nobody. */
  public static <T> Source<T> toSource(
      CoroutineScheduler scheduler, Publisher<? extends T> publisher, int window) {
    return toSource(scheduler, publisher, window, _ -> {});
  }

  /** As {@link #toSource(Publisher, int, Consumer)}, by a coroutine that belongs to nobody. */
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
   * What a body publishes, which is run anew for each subscriber.
   *
   * @param <T> what is published
   */
  @FunctionalInterface
  public interface Body<T> {
    /** Emits the values; when it returns they are complete. */
    void run(Emitter<T> out) throws Exception;
  }

  /**
   * Publishes what a body emits. The subscriber's {@code onComplete} follows its return, and {@code
   * onError} what it throws. When the subscription is cancelled the body sees that as the
   * cancellation of its coroutine; what else it throws then goes to the scheduler's uncaught
   * handler.
   */
  public static <T> Publisher<T> of(CoroutineScheduler scheduler, Body<T> body) {
    Objects.requireNonNull(body, "body");
    return publisher(scheduler, body::run);
  }

  /**
   * Publishes what a channel receives. Subscribers share it, each value goes to one; a value is
   * taken out of it only for a subscriber that wants one, and one that was taken is delivered, even
   * if the subscription is cancelled at that moment. The channel's end is the publisher's, with
   * {@code onError} if it was closed with a cause; it is noticed when the next value is wanted.
   * Cancelling a subscription leaves the channel as it is.
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
   * Publishes the values of generators, a new one for each subscriber, which is closed when its
   * subscription ends. One that {@linkplain Generator#of(Generator.Body) belongs to who takes from
   * it} is on the same loop. A generator is one value ahead of what its subscriber wants, since
   * otherwise its end would not be known.
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
