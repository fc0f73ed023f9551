package io.tourbillon.examples;

import io.tourbillon.coroutine.bridge.CompletionHandlers;
import java.io.Closeable;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A connection whose reads and writes suspend the coroutine that calls them, on any engine: the
 * JDK's asynchronous channels call back, and the callback resumes. Blocking sockets would do on
 * {@link io.tourbillon.coroutine.Engine#VIRTUAL_THREAD} alone.
 *
 * <p>A read or write under way can not be taken back, so whatever ends the wait for it, such as
 * {@link io.tourbillon.coroutine.Coroutines#withTimeout}, closes the channel. One coroutine may
 * read while another writes; {@link #close} is for any thread.
 */
public final class SuspendingChannel implements Closeable {
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
  public static SuspendingChannel accept(AsynchronousServerSocketChannel listener)
      throws IOException {
    AsynchronousSocketChannel accepted =
        CompletionHandlers.awaitOrClose(listener, handler -> listener.accept(null, handler));
    return open(accepted);
  }

  /**
   * Suspends until it is connected.
   *
   * @throws IOException if nobody listens there
   */
  public static SuspendingChannel connect(SocketAddress server) throws IOException {
    AsynchronousSocketChannel channel = AsynchronousSocketChannel.open();
    boolean connected = false;
    try {
      CompletionHandlers.<@Nullable Void>awaitOrClose(
          channel, handler -> channel.connect(server, null, handler));
      connected = true;
    } finally {
      if (!connected) {
        channel.close();
      }
    }
    return open(channel);
  }

  /** Small messages are not to wait for larger ones. */
  private static SuspendingChannel open(AsynchronousSocketChannel connected) throws IOException {
    try {
      connected.setOption(StandardSocketOptions.TCP_NODELAY, true);
      return new SuspendingChannel(connected);
    } catch (IOException gone) {
      connected.close();
      throw gone;
    }
  }

  /**
   * Suspends until something has arrived.
   *
   * @return how many bytes, or less than 0 at the end
   * @throws IOException if the channel is closed, or fails
   */
  public int read(ByteBuffer room) throws IOException {
    return CompletionHandlers.awaitOrClose(channel, handler -> channel.read(room, null, handler));
  }

  /**
   * Suspends until all of it is on its way: what the other end does not take in is not written.
   *
   * @throws IOException if the channel is closed, or fails
   */
  public void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      int _ =
          CompletionHandlers.awaitOrClose(channel, handler -> channel.write(bytes, null, handler));
    }
  }

  /** Tells the other end that no more will come; it can still send. */
  public void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  /** Ends what is being done with it. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
