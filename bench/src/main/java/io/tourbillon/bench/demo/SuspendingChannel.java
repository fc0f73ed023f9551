package io.tourbillon.bench.demo;

import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Resumption;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * A connection whose reads and writes suspend the coroutine that calls them, on any engine: the
 * JDK's asynchronous channels call back, and the callback resumes. Blocking sockets would do on
 * {@link io.tourbillon.coroutine.Engine#VIRTUAL_THREAD} alone.
 *
 * <p>A read or write under way can not be taken back, so whatever ends the wait for it closes the
 * channel. Only {@link #close} is for any thread.
 */
final class SuspendingChannel implements Closeable {
  private final AsynchronousSocketChannel channel;

  private SuspendingChannel(AsynchronousSocketChannel channel) {
    this.channel = channel;
  }

  /**
   * Suspends until there is a connection. If the coroutine is cancelled meanwhile, the listener is
   * closed.
   *
   * @throws IOException if the listener is closed, or fails
   */
  static SuspendingChannel accept(AsynchronousServerSocketChannel listener) throws IOException {
    return new SuspendingChannel(
        SuspendingChannel.<AsynchronousSocketChannel>suspend(
            resumption -> {
              resumption.onCancel(() -> Closer.closeQuietly(listener));
              listener.accept(resumption, new Callback<>(Closer::closeQuietly));
            }));
  }

  /**
   * Suspends until something has arrived.
   *
   * @return how many bytes, or less than 0 at the end
   * @throws IOException if the channel is closed, or fails
   */
  int read(ByteBuffer room) throws IOException {
    return SuspendingChannel.<Integer>suspend(
        resumption -> {
          resumption.onCancel(() -> Closer.closeQuietly(channel));
          channel.read(room, resumption, new Callback<>(late -> {}));
        });
  }

  /**
   * Suspends until all of it is on its way.
   *
   * @throws IOException if the channel is closed, or fails
   */
  void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      int _ =
          SuspendingChannel.<Integer>suspend(
              resumption -> {
                resumption.onCancel(() -> Closer.closeQuietly(channel));
                channel.write(bytes, resumption, new Callback<>(late -> {}));
              });
    }
  }

  /** Ends what is being done with it. */
  @Override
  public void close() throws IOException {
    channel.close();
  }

  private static <T> T suspend(Consumer<? super Resumption<T>> operation) throws IOException {
    try {
      return Coroutines.suspend(operation);
    } catch (CompletionException failure) {
      if (failure.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw failure;
    }
  }

  /**
   * Resumes with whatever comes of an operation.
   *
   * @param onLost takes a result that comes after a cancellation
   */
  private record Callback<T>(Consumer<? super T> onLost)
      implements CompletionHandler<T, Resumption<T>> {
    @Override
    public void completed(T result, Resumption<T> resumption) {
      if (!resumption.resume(result)) {
        onLost.accept(result);
      }
    }

    @Override
    public void failed(Throwable failure, Resumption<T> resumption) {
      resumption.fail(failure);
    }
  }
}
