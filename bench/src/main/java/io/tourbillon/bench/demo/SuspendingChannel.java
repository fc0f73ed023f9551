package io.tourbillon.bench.demo;

import io.tourbillon.coroutine.bridge.CompletionHandlers;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;

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
        CompletionHandlers.awaitOrClose(listener, handler -> listener.accept(null, handler)));
  }

  /**
   * Suspends until something has arrived.
   *
   * @return how many bytes, or less than 0 at the end
   * @throws IOException if the channel is closed, or fails
   */
  int read(ByteBuffer room) throws IOException {
    return CompletionHandlers.awaitOrClose(channel, handler -> channel.read(room, null, handler));
  }

  /**
   * Suspends until all of it is on its way.
   *
   * @throws IOException if the channel is closed, or fails
   */
  void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      int _ =
          CompletionHandlers.awaitOrClose(
              channel, handler -> channel.write(bytes, null, handler));
    }
  }

  /** Ends what is being done with it. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
