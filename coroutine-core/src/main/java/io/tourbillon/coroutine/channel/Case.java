package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension.Registration;
import io.tourbillon.coroutine.Waiters;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One of the things that a {@link Select} waits for. First those that need no lock look whether
 * they can take place. Then all are tried, under the locks of all channels; if none can, those with
 * a channel are enrolled, under the same locks, and then the others listen. In the end all leave.
 *
 * <p>What is to be done then is a function of the user, or throws; it is for the caller of the
 * select to run.
 *
 * @param <R> what the select returns
 */
abstract sealed class Case<R extends @Nullable Object> {
  /** Names the channel that must be locked, if there is one. */
  void channelTo(Consumer<LockedChannel<?>> locks) {}

  /** Looks, before the locks are taken, as code of users may have part in that. */
  void look() {}

  /** Takes place if that needs no waiting, and then says what is to be done. */
  abstract @Nullable Supplier<? extends R> tryNow();

  /** Takes its place in the row of its channel. */
  void enroll(Resumption<Supplier<? extends R>> selected) {}

  /** Has itself told, by whatever thread. */
  void listen(Resumption<Supplier<? extends R>> selected) {}

  /**
   * The select is over.
   *
   * @param chosen with what; of whichever case, or null if with none
   */
  void leave(@Nullable Supplier<? extends R> chosen) {}

  /** What a case waits for in the row of a channel: the same end as that of the other cases. */
  private record End<V extends @Nullable Object, R extends @Nullable Object>(
      Resumption<Supplier<? extends R>> selected,
      Function<? super V, ? extends Supplier<? extends R>> outcome)
      implements Resumption<V> {
    @Override
    public boolean resume(V value) {
      return selected.resume(outcome.apply(value));
    }

    @Override
    public boolean fail(Throwable failure) {
      return selected.fail(failure);
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
    final void leave(@Nullable Supplier<? extends R> chosen) {
      if (place != null) {
        channel.leave(place);
        place = null;
      }
    }
  }

  static final class Receive<T, R extends @Nullable Object> extends OfChannel<T, R> {
    private final Function<? super T, ? extends R> then;
    private final Supplier<? extends R> onClosed;

    /**
     * @param onClosed null to throw then
     */
    Receive(
        Channel<T> channel,
        Function<? super T, ? extends R> then,
        @Nullable Supplier<? extends R> onClosed) {
      super(channel);
      this.then = then;
      this.onClosed = onClosed == null ? this::failAsClosed : onClosed;
    }

    @Override
    @Nullable Supplier<? extends R> tryNow() {
      T value = channel.taken();
      return value != null || channel.isClosed() ? outcome(value) : null;
    }

    @Override
    void enroll(Resumption<Supplier<? extends R>> selected) {
      place = channel.addReceiver(new End<@Nullable T, R>(selected, this::outcome));
    }

    private R failAsClosed() {
      throw channel.closedForReceiver();
    }

    /** Of a value, or of null for the end of the channel. */
    private Supplier<? extends R> outcome(@Nullable T value) {
      return value == null ? onClosed : () -> then.apply(value);
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
      if (!channel.given(value)) {
        return channel.isClosed() ? this::failAsClosed : null;
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
              value, new End<Boolean, R>(selected, sent -> sent ? then : this::failAsClosed));
    }

    private R failAsClosed() {
      throw channel.closedForSender();
    }
  }

  /**
   * Of those with an end: of a coroutine, or of a stage.
   *
   * <p>Whoever brings the end writes the outcome and then looks who is listening; a select says
   * that it is listening and then looks at the outcome. So one of them sees the other, and the
   * resumption decides if both do.
   */
  static final class OfEnd<T extends @Nullable Object, R extends @Nullable Object> extends Case<R> {
    private final Function<Consumer<Supplier<T>>, Registration> register;
    private final Function<? super T, ? extends R> then;

    /** The select's own. */
    private @Nullable Registration registration;

    /** Written once a wait by whoever brings the end, or by the select if that has come. */
    private volatile @Nullable Supplier<? extends R> outcome;

    /** Written by the select, read by whoever brings the end. */
    private volatile @Nullable Resumption<Supplier<? extends R>> listener;

    /**
     * @param register has somebody told of the end
     */
    OfEnd(
        Function<Consumer<Supplier<T>>, Registration> register,
        Function<? super T, ? extends R> then) {
      this.register = register;
      this.then = then;
    }

    @Override
    void look() {
      registration = register.apply(this::ended);
    }

    private void ended(Supplier<T> end) {
      Supplier<? extends R> known = () -> then.apply(end.get());
      outcome = known;
      Resumption<Supplier<? extends R>> selected = listener;
      if (selected != null) {
        selected.resume(known);
      }
    }

    @Override
    @Nullable Supplier<? extends R> tryNow() {
      return outcome;
    }

    @Override
    void listen(Resumption<Supplier<? extends R>> selected) {
      listener = selected;
      Supplier<? extends R> known = outcome;
      if (known != null) {
        selected.resume(known);
      }
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // The very object.
    void leave(@Nullable Supplier<? extends R> chosen) {
      listener = null;
      Registration left = registration;
      registration = null;
      if (left != null && (chosen == null || chosen != outcome)) {
        left.remove();
      }
      outcome = null;
    }
  }
}
