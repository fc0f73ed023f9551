package io.tourbillon.coroutine.net;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;

/**
 * A connection of two byte streams, one in each direction: a {@link TcpConnection}, or a {@link
 * TlsConnection} that encrypts one. Code for one works with the other.
 *
 * <p>Thread-safe: one coroutine may read while another writes. If several write, each write is sent
 * as a whole, one after the other. If several read, each gets some of the input. Only coroutines
 * may call what can suspend; another caller gets an {@link IllegalStateException} if the call would
 * block. A coroutine of {@code NettyLoops}, or of a scheduler with another clock than the system's,
 * gets an {@link UnsupportedOperationException} at once. See the documentation of the package for
 * limits, close, and connections that are left open.
 */
public sealed interface Connection extends Closeable permits TcpConnection, TlsConnection {
  /**
   * Reads bytes into a buffer. Suspends until there is at least one, unless the buffer is full. A
   * read that ends by its limit or a cancellation has consumed nothing.
   *
   * @return the number of bytes, which is 0 only for a full buffer; -1 if the peer has ended its
   *     output and all of it was read
   * @throws IOException if the peer has reset the connection
   * @throws ClosedChannelException if this connection is closed, {@link AsynchronousCloseException}
   *     if that happens meanwhile
   */
  int read(ByteBuffer buffer) throws IOException;

  /**
   * Reads until a buffer is full. If a limit or a cancellation ends this, the buffer has what came
   * until then, and its position tells how much: call this again with the same buffer to go on.
   *
   * @throws EOFException if the input ends before that; the buffer has what came until then
   * @throws IOException as {@link #read} does
   */
  default void readFully(ByteBuffer buffer) throws IOException {
    int wanted = buffer.remaining();
    while (buffer.hasRemaining()) {
      if (read(buffer) < 0) {
        int missing = buffer.remaining();
        throw new EOFException(
            this + " ended after " + (wanted - missing) + " of " + wanted + " bytes");
      }
    }
  }

  /**
   * Writes all bytes of a buffer. Suspends while the peer takes no more. When it returns, the
   * operating system has the bytes; whether the peer gets them is not known.
   *
   * @throws IOException if the peer has reset the connection, and some bytes may have been sent; if
   *     an earlier write has ended in the midst, by its limit for example; or if {@link
   *     #shutdownOutput} has ended the output, also meanwhile
   * @throws ClosedChannelException if this connection is closed, {@link AsynchronousCloseException}
   *     if that happens meanwhile
   */
  default void write(ByteBuffer buffer) throws IOException {
    Objects.requireNonNull(buffer, "buffer");
    write(new ByteBuffer[] {buffer});
  }

  /** Writes all bytes of several buffers, in order and as a whole, as {@link #write} does. */
  void write(ByteBuffer... buffers) throws IOException;

  /**
   * Ends the output: the peer reads -1 after what was written. Input goes on. Over TLS, this sends
   * a message and so can suspend, as a write does.
   *
   * @throws IOException if the connection is closed
   */
  void shutdownOutput() throws IOException;

  /**
   * Sets an option of the socket.
   *
   * @param option one of {@link StandardSocketOptions}, such as {@code SO_KEEPALIVE}
   * @throws UnsupportedOperationException if the socket does not have the option
   * @throws IllegalArgumentException if the value is not valid
   */
  <T> void setOption(SocketOption<T> option, T value) throws IOException;

  /**
   * Returns the value of an option of the socket. The system may have rounded what was set, as it
   * does for the sizes of buffers.
   *
   * @throws UnsupportedOperationException if the socket does not have the option
   */
  <T> T getOption(SocketOption<T> option) throws IOException;

  /** Returns the address of the peer. */
  SocketAddress remoteAddress() throws IOException;

  /** Returns the address of this side. */
  SocketAddress localAddress() throws IOException;

  /**
   * Leaves the close to the program: the connection stays open after the coroutines that use it
   * have ended, in a pool for example.
   */
  void keepOpen();

  /** Returns whether this side has not closed the connection. */
  boolean isOpen();

  /**
   * Closes the connection. What was written is still sent. A second call does nothing. Does not
   * suspend, and any thread may call it.
   */
  @Override
  void close();
}
