package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Waiters;
import io.tourbillon.timer.internal.MemoryReserve;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A case that waits in the queue of a channel. */
abstract sealed class ChannelCase<T, R extends @Nullable Object> extends SelectCase<R> {
  final LockedChannel<T> channel;
  private Waiters.@Nullable Place<?> place;

  ChannelCase(LockedChannel<T> channel) {
    this.channel = channel;
  }

  @Override
  final @Nullable Supplier<? extends R> tryAlone() {
    channel.lock.lock();
    try {
      return tryNow();
    } finally {
      channel.lock.unlock();
    }
  }

  @Override
  final void enroll(Resumption<Supplier<? extends R>> selected) {
    place = add(selected);
  }

  /** Adds this to the waiters of the channel. */
  abstract Waiters.Place<?> add(Resumption<Supplier<? extends R>> selected);

  @Override
  final void leave(@Nullable Supplier<? extends R> chosen) {
    if (place != null) {
      channel.leave(place);
      place = null;
    }
  }

  static final class Receive<T, R extends @Nullable Object> extends ChannelCase<T, R> {
    private final Function<@Nullable T, ? extends Supplier<? extends R>> outcome;

    /**
     * @param outcome for a value, or null for the end of the channel; called under the lock
     */
    Receive(
        LockedChannel<T> source, Function<@Nullable T, ? extends Supplier<? extends R>> outcome) {
      super(source);
      this.outcome = outcome;
    }

    @Override
    @Nullable Supplier<? extends R> tryNow() {
      T value = channel.takeLocked();
      return value != null || channel.isClosed()
          ? Surely.<@Nullable T, Supplier<? extends R>>apply(outcome, value)
          : null;
    }

    @Override
    Waiters.Place<?> add(Resumption<Supplier<? extends R>> selected) {
      return channel.addReceiver(new Outcome<@Nullable T, R>(selected, outcome));
    }

    @Override
    public String toString() {
      return "receiving from " + channel.label();
    }
  }

  static final class Send<T, R extends @Nullable Object> extends ChannelCase<T, R> {
    private final T value;
    private final Supplier<? extends R> then;

    Send(LockedChannel<T> sink, T value, Supplier<? extends R> then) {
      super(sink);
      this.value = value;
      this.then = then;
    }

    @Override
    @Nullable Supplier<? extends R> tryNow() {
      if (!channel.giveLocked(value)) {
        return channel.isClosed() ? this::failAsClosed : null;
      }
      return given(channel.takeDisplaced());
    }

    /** Waits for memory if there is none: the value was given away. */
    private Supplier<? extends R> given(@Nullable T displaced) {
      while (true) {
        try {
          return () -> {
            channel.reportDisplaced(displaced);
            return then.get();
          };
        } catch (OutOfMemoryError full) {
          MemoryReserve.pause();
        }
      }
    }

    @Override
    Waiters.Place<?> add(Resumption<Supplier<? extends R>> selected) {
      return channel.addSender(
          value, new Outcome<Boolean, R>(selected, sent -> sent ? then : this::failAsClosed));
    }

    private R failAsClosed() {
      throw channel.newClosedForSender();
    }

    @Override
    public String toString() {
      return "sending to " + channel.label();
    }
  }
}
