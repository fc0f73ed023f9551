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
 * Awaits the asynchronous operations of {@code java.nio.channels}: a coroutine is suspended
 * meanwhile, on any engine; a thread is blocked.
 *
 * <pre>{@code
 * int count = CompletionHandlers.awaitOrClose(
 *     channel, handler -> channel.read(buffer, null, handler));
 * CompletionHandlers.<Void>awaitOrClose(
 *     channel, handler -> channel.connect(address, null, handler));
 * }</pre>
 *
 * <p>The compiler infers the type of the result from its use; otherwise it must be given, as above.
 * An operation that has started cannot be undone. The methods differ in what happens to it when the
 * caller is cancelled or times out. The attachment of an operation is not needed here.
 */
public final class CompletionHandlers {
  private CompletionHandlers() {}

  /**
   * Starts an operation and waits for its result. If the caller is cancelled, the operation goes
   * on, with its buffer, and its result is dropped. So this is for operations whose results hold no
   * resources, such as those of files.
   *
   * @param start starts the operation with the handler that it gets; runs at once, in the caller
   * @return the result of the operation
   * @throws IOException if the operation fails with one
   * @throws CompletionException if the operation fails with another checked exception, which is the
   *     cause; an unchecked one is thrown as it is
   * @throws CoroutineCancelledException if the calling coroutine is cancelled first
   * @throws CancellationException if the calling thread is interrupted first
   */
  public static <V extends @Nullable Object> V await(
      Consumer<? super CompletionHandler<V, @Nullable Object>> start) throws IOException {
    return await(start, _ -> {});
  }

  /**
   * As {@link #await(Consumer)}, with a consumer of a result that comes too late for the caller.
   *
   * @param onLost runs in a thread of the group of the channel
   */
  public static <V extends @Nullable Object> V await(
      Consumer<? super CompletionHandler<V, @Nullable Object>> start, Consumer<? super V> onLost)
      throws IOException {
    Objects.requireNonNull(start, "start");
    Objects.requireNonNull(onLost, "onLost");
    return awaitEnd("an asynchronous operation", end -> start.accept(new Ending<>(end, onLost)));
  }

  /**
   * As {@link #await(Consumer)}, but if the caller is cancelled, the channel is closed, which ends
   * the operation. (The JDK leaves open in what state a channel is whose operation was given up.) A
   * result that comes at that moment is closed as well, if it is {@link Closeable}, so no accepted
   * connection is lost. If the caller was cancelled before the call, nothing is started and the
   * channel stays open.
   *
   * <p>To close the channel of a file waits for the operations in progress. For files, use {@link
   * #await(Consumer)}.
   */
  public static <V extends @Nullable Object> V awaitOrClose(
      AsynchronousChannel channel, Consumer<? super CompletionHandler<V, @Nullable Object>> start)
      throws IOException {
    Objects.requireNonNull(channel, "channel");
    Objects.requireNonNull(start, "start");
    return awaitEnd(
        new Operation(channel),
        end -> {
          end.onCancel(() -> close(channel));
          start.accept(new Ending<>(end, CompletionHandlers::close));
        });
  }

  private static <V extends @Nullable Object> V awaitEnd(
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

  /** Closes a result that no caller is left to use. */
  private static void close(@Nullable Object late) {
    if (late instanceof Closeable closeable) {
      try {
        closeable.close();
      } catch (IOException failure) {
        // It counts as closed, and the caller must see the cancellation instead.
      }
    }
  }

  /** What a caller waits for; becomes text only when somebody asks. */
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
