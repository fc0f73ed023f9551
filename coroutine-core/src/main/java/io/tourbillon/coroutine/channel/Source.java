package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.CoroutineCancelledException;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The receiving side of a {@link Channel}. Thread-safe.
 *
 * <p>Each value goes to one receiver. Receivers are served in arrival order.
 *
 * @param <T> the values; never null
 */
public sealed interface Source<T> extends Iterable<T> permits Channel {
  /**
   * Receives the next value; waits until there is one.
   *
   * @throws ChannelClosedException if the channel is closed and empty
   * @throws CoroutineCancelledException if the calling coroutine is cancelled; no value was taken
   * @throws CancellationException if the calling thread is interrupted while it waits; no value was
   *     taken
   */
  T receive();

  /**
   * As {@link #receive()}, but waits no longer than the limit.
   *
   * @param limit zero or less does not wait
   * @throws TimeoutException if the limit passed first; no value was taken
   */
  T receive(Duration limit) throws TimeoutException;

  /**
   * Receives the next value, or returns null if the channel was closed without a cause and is
   * empty. For loops that end with the channel: {@code while ((job = jobs.receiveOrNull()) !=
   * null)}.
   *
   * @throws ChannelClosedException if the channel was closed with a cause and is empty
   * @throws CoroutineCancelledException as for {@link #receive()}
   * @throws CancellationException as for {@link #receive()}
   */
  @Nullable T receiveOrNull();

  /** Receives the next value if there is one. Never waits. Empty if there is none. */
  Optional<T> tryReceive();

  /**
   * Returns an iterator that receives values until the channel is closed and empty. {@code hasNext}
   * waits for a value and takes it out of the channel, so the value is lost if {@code next} does
   * not follow. For one caller at a time.
   */
  @Override
  Iterator<T> iterator();

  /** As {@link #cancel(Throwable)}, without a cause. */
  default void cancel() {
    cancel(null);
  }

  /**
   * Closes the channel at once. Values that nobody has received are dropped, and given to the
   * consumer of undelivered values. Senders that wait get a {@link ChannelClosedException}.
   *
   * @param cause the cause of the exception that senders and receivers get from now on; null for
   *     none; ignored if the channel is closed already
   */
  void cancel(@Nullable Throwable cause);

  /** Returns true if the channel was closed or cancelled. It can still hold values. */
  boolean isClosed();

  /** Returns how many values are in the buffer. A snapshot. */
  int size();
}
