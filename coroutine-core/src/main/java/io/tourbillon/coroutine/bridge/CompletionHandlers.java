package io.tourbillon.coroutine.bridge;

import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import java.io.Closeable;
import java.io.IOException;
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
 * CompletionHandlers.<Void>awaitOrClose(
 *     channel, handler -> channel.connect(address, null, handler));
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
   * with its buffer, and its result is dropped; so this is for operations that hold nothing, such
   * as those of files.
   *
   * @param start starts it with the handler that it gets; is run at once, by the caller
   * @return what the operation completes with
   * @throws IOException if the operation fails with one; it is thrown as it is
   * @throws CompletionException if it fails with another checked exception, which is the cause; an
   *     unchecked one is thrown as it is
   * @throws CoroutineCancelledException if the calling coroutine is cancelled first
   * @throws CancellationException if the calling thread, no coroutine, is interrupted first
   */
  public static <V extends @Nullable Object> V await(
      Consumer<? super CompletionHandler<V, @Nullable Object>> start) throws IOException {
    return await(start, _ -> {});
  }

  /**
   * As {@link #await(Consumer)}, and a result that comes too late is given to someone else.
   *
   * @param onLost is run by a thread of the channel's group
   */
  public static <V extends @Nullable Object> V await(
      Consumer<? super CompletionHandler<V, @Nullable Object>> start, Consumer<? super V> onLost)
      throws IOException {
    Objects.requireNonNull(start, "start");
    Objects.requireNonNull(onLost, "onLost");
    return ended("an asynchronous operation", end -> start.accept(new Ending<>(end, onLost)));
  }

  /**
   * As {@link #await(Consumer)}, but if the caller is cancelled the channel is closed, which ends
   * the operation: the JDK says no more of a channel whose operation was given up than that it is
   * not to be used again. A result that comes just then and can be closed is closed, too: no
   * connection is lost that a listener accepts as it is given up. A caller that was cancelled
   * before has started nothing, and the channel stays open.
   *
   * <p>Closing the channel of a file waits until what is under way there has ended, so for files
   * there is {@link #await(Consumer)}.
   */
  public static <V extends @Nullable Object> V awaitOrClose(
      AsynchronousChannel channel, Consumer<? super CompletionHandler<V, @Nullable Object>> start)
      throws IOException {
    Objects.requireNonNull(channel, "channel");
    Objects.requireNonNull(start, "start");
    return ended(
        new Operation(channel),
        end -> {
          end.onCancel(() -> close(channel));
          start.accept(new Ending<>(end, CompletionHandlers::close));
        });
  }

  private static <V extends @Nullable Object> V ended(
      Object what, Consumer<? super Resumption<V>> registration) throws IOException {
    try {
      return Suspension.await(what, registration);
    } catch (CompletionException failure) {
      if (failure.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw failure;
    }
  }

  /** Closes what nobody is left to use, if it can be closed. */
  private static void close(@Nullable Object late) {
    if (late instanceof Closeable closeable) {
      try {
        closeable.close();
      } catch (IOException failure) {
        // It counts as closed, and the caller is to see the cancellation, not this.
      }
    }
  }

  /** What is waited for, put into words only for those who ask. */
  private record Operation(AsynchronousChannel channel) {
    @Override
    public String toString() {
      return "an operation of " + channel;
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
