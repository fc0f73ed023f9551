package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.CoroutineCancelledException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The sending side of a {@link Channel}. Thread-safe.
 *
 * <p>Values leave the channel in the order in which they were sent. Senders that wait are served in
 * arrival order. A send that throws has not sent its value.
 *
 * @param <T> the values; never null
 */
public sealed interface Sink<T> extends AutoCloseable permits Channel {
  /**
   * Sends a value; waits until there is room for it or somebody receives it.
   *
   * @throws ChannelClosedException if the channel is closed, or is cancelled during the wait
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws CancellationException if the calling thread is interrupted while it waits
   */
  void send(T value);

  /**
   * As {@link #send(Object)}, but waits no longer than the limit.
   *
   * @param limit zero or less does not wait
   * @throws TimeoutException if the limit passed first; the value was not sent
   */
  void send(T value, Duration limit) throws TimeoutException;

  /**
   * Sends a value if there is room for it or somebody waits for it. Never waits.
   *
   * @return true if the value was sent; false if there is no room, or the channel is closed
   */
  boolean trySend(T value);

  /**
   * As {@link #send(Object)}, but says by its result whether the channel is closed.
   *
   * @return {@link Sent.Done} or {@link Sent.Closed}
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws CancellationException if the calling thread is interrupted while it waits
   */
  Sent sendResult(T value);

  /** As {@link #trySend}, but tells a channel that is full from one that is closed. */
  Sent trySendResult(T value);

  /**
   * Closes the channel: nothing more can be sent. What was sent can still be received, values of
   * senders that wait included. After that, {@link Source#receive()} throws and iterations end.
   *
   * @param cause why; the cause of the exception that senders and receivers get; null for none
   * @return true if this call has closed the channel, false if it was closed already
   */
  boolean closeWith(@Nullable Throwable cause);

  /** As {@link #closeWith}, without a cause. Closing again has no effect. */
  @Override
  void close();

  /** Returns true if the channel was closed or cancelled, so that nothing can be sent. */
  boolean isClosed();
}
