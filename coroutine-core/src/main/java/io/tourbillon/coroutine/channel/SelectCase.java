package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension.Registration;
import io.tourbillon.coroutine.Waiters;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One of the things that a {@link Select} waits for, and the function that computes its result.
 * Made by the static methods of {@link Select}; belongs to one select.
 *
 * @param <R> the result of the select
 */
// The select calls the methods in this order. If no case has anything to register: tryNow, under
// the locks of all channels. If it must wait: register; then, under the locks, tryNow, and enroll
// if no case can take place; then listen. In the end: leave. tryNow returns a supplier, which the
// caller of the select runs afterwards, as it is user code or throws.
public abstract sealed class SelectCase<R extends @Nullable Object> {
  private boolean used;

  SelectCase() {}

  /** Makes this the case of one select. */
  final void claim() {
    if (used) {
      throw new IllegalStateException("a case must belong to one select: it is used by another");
    }
    used = true;
  }

  /** Registers for an end, before the locks are taken, as user code may run then. */
  void register() {}

  /** Tries the case without a wait. Returns what the select must run then; null if it must wait. */
  abstract @Nullable Supplier<? extends R> tryNow();

  /** Adds itself to the waiters of its channel. */
  void enroll(Resumption<Supplier<? extends R>> selected) {}

  /** Asks to be told of its end, by whatever thread. */
  void listen(Resumption<Supplier<? extends R>> selected) {}

  /**
   * Ends the wait.
   *
   * @param chosen the outcome of the case that took place, this one or another; null for none
   */
  void leave(@Nullable Supplier<? extends R> chosen) {}

  /** A case as a waiter of a channel: settles the same resumption as the other cases. */
  private record Outcome<V extends @Nullable Object, R extends @Nullable Object>(
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

  /** A limit. The select itself waits for it. */
  static final class Timeout<R extends @Nullable Object> extends SelectCase<R> {
    final Duration limit;
    final Supplier<? extends R> then;

    Timeout(Duration limit, Supplier<? extends R> then) {
      this.limit = limit;
      this.then = then;
    }

    @Override
    @Nullable Supplier<? extends R> tryNow() {
      return null;
    }
  }

  /** A case that waits in the queue of a channel. */
  abstract static sealed class OfChannel<T, R extends @Nullable Object> extends SelectCase<R> {
    final LockedChannel<T> channel;
    Waiters.@Nullable Place<?> place;

    OfChannel(LockedChannel<T> channel) {
      this.channel = channel;
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
        Source<T> source,
        Function<? super T, ? extends R> then,
        @Nullable Supplier<? extends R> onClosed) {
      super((LockedChannel<T>) source);
      this.then = then;
      this.onClosed = onClosed == null ? this::failAsClosed : onClosed;
    }

    @Override
    @Nullable Supplier<? extends R> tryNow() {
      T value = channel.takeLocked();
      return value != null || channel.isClosed() ? outcomeOf(value) : null;
    }

    @Override
    void enroll(Resumption<Supplier<? extends R>> selected) {
      place = channel.addReceiver(new Outcome<@Nullable T, R>(selected, this::outcomeOf));
    }

    private R failAsClosed() {
      throw channel.newClosedForReceiver();
    }

    /** For a value, or null for the end of the channel. */
    private Supplier<? extends R> outcomeOf(@Nullable T value) {
      return value == null ? onClosed : () -> then.apply(value);
    }
  }

  static final class Send<T, R extends @Nullable Object> extends OfChannel<T, R> {
    private final T value;
    private final Supplier<? extends R> then;

    Send(Sink<T> sink, T value, Supplier<? extends R> then) {
      super((LockedChannel<T>) sink);
      this.value = value;
      this.then = then;
    }

    @Override
    @Nullable Supplier<? extends R> tryNow() {
      if (!channel.giveLocked(value)) {
        return channel.isClosed() ? this::failAsClosed : null;
      }
      List<T> displaced = channel.takeDisplaced();
      return () -> {
        channel.reportUndelivered(displaced);
        return then.get();
      };
    }

    @Override
    void enroll(Resumption<Supplier<? extends R>> selected) {
      place =
          channel.addSender(
              value, new Outcome<Boolean, R>(selected, sent -> sent ? then : this::failAsClosed));
    }

    private R failAsClosed() {
      throw channel.newClosedForSender();
    }
  }

  /**
   * The end of a coroutine or of a stage.
   *
   * <p>The thread that brings the end writes the outcome and then reads the listener. The select
   * writes the listener and then reads the outcome. So at least one of them sees the other, and the
   * resumption decides if both do.
   */
  static final class OfEnd<T extends @Nullable Object, R extends @Nullable Object>
      extends SelectCase<R> {
    private final Function<Consumer<Supplier<T>>, Registration> register;
    private final Function<? super T, ? extends R> then;

    /** Used by the select alone. */
    private @Nullable Registration registration;

    /** Written once a wait by the thread that brings the end; cleared by the select. */
    private volatile @Nullable Supplier<? extends R> outcome;

    /** Written by the select, read by the thread that brings the end. */
    private volatile @Nullable Resumption<Supplier<? extends R>> listener;

    /**
     * @param register registers a consumer that is told of the end
     */
    OfEnd(
        Function<Consumer<Supplier<T>>, Registration> register,
        Function<? super T, ? extends R> then) {
      this.register = register;
      this.then = then;
    }

    @Override
    void register() {
      registration = register.apply(this::settle);
    }

    private void settle(Supplier<T> end) {
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
