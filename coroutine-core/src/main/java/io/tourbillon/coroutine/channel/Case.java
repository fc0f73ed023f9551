package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Waiters;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One of the things that a {@link Select} waits for. First it is tried, under the locks of all
 * channels; if none can take place all are enrolled, under the same locks, and then those that need
 * no lock subscribe; in the end all leave.
 *
 * @param <R> what the select returns
 */
abstract sealed class Case<R extends @Nullable Object> {
  /** Names the channel that must be locked, if there is one. */
  void channelTo(Consumer<LockedChannel<?>> locks) {}

  /** Takes place if that needs no waiting, and then says what is to be done. */
  abstract @Nullable Supplier<? extends R> tryNow();

  /** Takes its place in the row of its channel. */
  void enroll(Resumption<Supplier<? extends R>> selected) {}

  /** Has itself told, by whatever thread. */
  void subscribe(Resumption<Supplier<? extends R>> selected) {}

  /** The select is over; this may be what it has ended with. */
  void leave() {}

  /** What a case waits for in the row of a channel: the same end as that of the other cases. */
  private record End<T extends @Nullable Object, R extends @Nullable Object>(
      Resumption<Supplier<? extends R>> selected,
      Function<? super T, ? extends R> then,
      @Nullable Supplier<? extends R> onClosed)
      implements Resumption<T> {
    @Override
    public boolean resume(T value) {
      return selected.resume(() -> then.apply(value));
    }

    @Override
    public boolean fail(Throwable failure) {
      return onClosed == null ? selected.fail(failure) : selected.resume(onClosed);
    }

    @Override
    public void onCancel(Runnable cleanUp) {
      throw new UnsupportedOperationException("a case leaves when its select is over");
    }
  }

  /** Of those with a channel. */
  abstract static sealed class OfChannel<T, R extends @Nullable Object> extends Case<R> {
    final LockedChannel<T> channel;
    Waiters.@Nullable Place<?> place;

    OfChannel(Channel<T> channel) {
      this.channel = (LockedChannel<T>) channel;
    }

    @Override
    final void channelTo(Consumer<LockedChannel<?>> locks) {
      locks.accept(channel);
    }

    @Override
    final void leave() {
      if (place != null) {
        channel.leave(place);
        place = null;
      }
    }
  }

  static final class Receive<T, R extends @Nullable Object> extends OfChannel<T, R> {
    private final Function<? super T, ? extends R> then;
    private final @Nullable Supplier<? extends R> onClosed;

    /**
     * @param onClosed null to throw then
     */
    Receive(
        Channel<T> channel,
        Function<? super T, ? extends R> then,
        @Nullable Supplier<? extends R> onClosed) {
      super(channel);
      this.then = then;
      this.onClosed = onClosed;
    }

    @Override
    @Nullable Supplier<? extends R> tryNow() {
      T value = channel.taken();
      if (value != null) {
        return () -> then.apply(value);
      }
      if (onClosed == null) {
        channel.requireOpen();
        return null;
      }
      return channel.isOpen() ? null : onClosed;
    }

    @Override
    void enroll(Resumption<Supplier<? extends R>> selected) {
      place = channel.addReceiver(new End<T, R>(selected, then, onClosed));
    }
  }

  static final class Send<T, R extends @Nullable Object> extends OfChannel<T, R> {
    private final T value;
    private final Supplier<? extends R> then;

    Send(Channel<T> channel, T value, Supplier<? extends R> then) {
      super(channel);
      this.value = value;
      this.then = then;
    }

    @Override
    @Nullable Supplier<? extends R> tryNow() {
      channel.requireOpen();
      if (!channel.given(value)) {
        return null;
      }
      List<T> displaced = channel.takeDisplaced();
      return () -> {
        channel.undelivered(displaced);
        return then.get();
      };
    }

    @Override
    void enroll(Resumption<Supplier<? extends R>> selected) {
      place =
          channel.addSender(
              new LockedChannel.Sender<>(
                  value, new End<@Nullable Void, R>(selected, nothing -> then.get(), null)));
    }
  }

  static final class Await<T extends @Nullable Object, R extends @Nullable Object> extends Case<R> {
    private final CompletionStage<T> stage;
    private final Function<? super T, ? extends R> then;

    Await(CompletionStage<T> stage, Function<? super T, ? extends R> then) {
      this.stage = stage;
      this.then = then;
    }

    @Override
    @Nullable Supplier<? extends R> tryNow() {
      CompletableFuture<T> future = stage.toCompletableFuture();
      if (!future.isDone()) {
        return null;
      }
      T value = future.join();
      return () -> then.apply(value);
    }

    @Override
    void subscribe(Resumption<Supplier<? extends R>> selected) {
      stage.whenComplete(
          (value, failure) -> {
            if (failure == null) {
              selected.resume(() -> then.apply(value));
            } else {
              selected.fail(asJoinFails(failure));
            }
          });
    }

    private static Throwable asJoinFails(Throwable failure) {
      return failure instanceof CompletionException || failure instanceof CancellationException
          ? failure
          : new CompletionException(failure);
    }
  }
}
