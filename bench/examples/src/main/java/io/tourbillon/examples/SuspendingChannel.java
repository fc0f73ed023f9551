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
 * A connection whose reads and writes suspend the coroutine that calls them. Works on any engine:
 * it uses the JDK's asynchronous channels, whose callbacks resume the coroutine. Blocking sockets
 * would suspend only on {@link io.tourbillon.coroutine.Engine#VIRTUAL_THREAD}.
 *
 * <p>A read or write that has begun cannot be withdrawn. So if the wait for it ends early, for
 * example by {@link io.tourbillon.coroutine.Coroutines#withTimeout}, the channel is closed. One
 * coroutine may read while another writes; any thread may call {@link #close}.
 */
public final class SuspendingChannel implements Closeable {
  private final AsynchronousSocketChannel channel;

  private SuspendingChannel(AsynchronousSocketChannel channel) {
    this.channel = channel;
  }

  /**
   * Suspends until a client connects. If the coroutine is cancelled meanwhile, the listener is
   * closed.
   *
   * @throws IOException if the listener is closed or fails
   */
  public static SuspendingChannel accept(AsynchronousServerSocketChannel listener)
      throws IOException {
    AsynchronousSocketChannel accepted =
        CompletionHandlers.awaitOrClose(listener, handler -> listener.accept(null, handler));
    return open(accepted);
  }

  /**
   * Suspends until the channel is connected.
   *
   * @throws IOException if the connection cannot be made
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

  /** Sends small messages at once, without waiting for more data. */
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
   * Suspends until some bytes have arrived.
   *
   * @return the number of bytes, or less than 0 at the end
   * @throws IOException if the channel is closed or fails
   */
  public int read(ByteBuffer room) throws IOException {
    return CompletionHandlers.awaitOrClose(channel, handler -> channel.read(room, null, handler));
  }

  /**
   * Suspends until all bytes have been passed to the system, which takes no more than the other end
   * receives.
   *
   * @throws IOException if the channel is closed or fails
   */
  public void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      int _ =
          CompletionHandlers.awaitOrClose(channel, handler -> channel.write(bytes, null, handler));
    }
  }

  /** Tells the other end that no more will come. The other end can still send. */
  public void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  /** Closes the connection; a read or write in progress fails. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
