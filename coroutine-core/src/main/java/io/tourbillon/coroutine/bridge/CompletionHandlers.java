package io.tourbillon.coroutine.bridge;

import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.AsynchronousChannel;
import java.nio.channels.CompletionHandler;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the asynchronous operations of {@code java.nio.channels}: a coroutine is suspended
 * meanwhile, on any engine, and another thread is blocked.
 *
 * <pre>{@code
 * int count = CompletionHandlers.awaitOrClose(
 *     channel, handler -> channel.read(buffer, null, handler));
 * CompletionHandlers.<Void>await(handler -> channel.connect(address, null, handler));
 * }</pre>
 *
 * <p>The type of the result must be known from where it goes, or else be said. An operation that
 * has been started can not be taken back; the methods differ in what becomes of it when the caller
 * is cancelled, or its time is over. Its attachment is not needed, as the lambda has all.
 */
public final class CompletionHandlers {
  private CompletionHandlers() {}

  /**
   * Starts an operation and waits for its result. If the caller is cancelled the operation goes on,
   * with its buffer, and its result is dropped; so this is for operations that hold nothing.
   *
   * @param start starts it with the handler that it gets; is run at once, by the caller
   * @return what the operation completes with
   * @throws CompletionException if the operation fails with a checked exception, which is the
   *     cause; an unchecked one is thrown as it is
   * @throws CoroutineCancelledException if the calling coroutine is cancelled first
   * @throws CancellationException if the calling thread, no coroutine, is interrupted first
   */
  public static <V extends @Nullable Object> V await(
      Consumer<? super CompletionHandler<V, @Nullable Object>> start) {
    return await(start, _ -> {});
  }

  /**
   * As {@link #await(Consumer)}, and a result that comes too late is given to someone else: a
   * connection that was accepted, to be closed.
   *
   * @param onLost is run by a thread of the channel's group
   */
  public static <V extends @Nullable Object> V await(
      Consumer<? super CompletionHandler<V, @Nullable Object>> start, Consumer<? super V> onLost) {
    Objects.requireNonNull(start, "start");
    Objects.requireNonNull(onLost, "onLost");
    return Suspension.<V>await(
        "an asynchronous operation", end -> start.accept(new Ending<>(end, onLost)));
  }

  /**
   * As {@link #await(Consumer)}, but if the caller is cancelled the channel is closed, which ends
   * the operation: the JDK says no more of a channel whose operation was given up than that it is
   * not to be used again.
   *
   * @throws UncheckedIOException if closing fails
   */
  public static <V extends @Nullable Object> V awaitOrClose(
      AsynchronousChannel channel, Consumer<? super CompletionHandler<V, @Nullable Object>> start) {
    Objects.requireNonNull(channel, "channel");
    Objects.requireNonNull(start, "start");
    return Suspension.<V>await(
        "an operation of " + channel,
        end -> {
          end.onCancel(() -> close(channel));
          start.accept(new Ending<>(end, _ -> {}));
        });
  }

  private static void close(AsynchronousChannel channel) {
    try {
      channel.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private record Ending<V extends @Nullable Object>(Resumption<V> end, Consumer<? super V> onLost)
      implements CompletionHandler<V, @Nullable Object> {
    @Override
    public void completed(V result, @Nullable Object attachment) {
      if (!end.resume(result)) {
        onLost.accept(result);
      }
    }

    @Override
    public void failed(Throwable failure, @Nullable Object attachment) {
      end.fail(failure);
    }
  }
}
