package io.tourbillon.coroutine.net;

import static java.nio.channels.SelectionKey.OP_READ;
import static java.nio.channels.SelectionKey.OP_WRITE;

import io.tourbillon.coroutine.OrderlyEnd;
import io.tourbillon.coroutine.net.TcpConnection.What;
import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.Objects;

/**
 * Sends and receives datagrams over UDP. Datagrams can be lost, doubled and reordered on their way.
 * See the documentation of the package for limits, close, and sockets that are left open.
 *
 * <p>Thread-safe. If several coroutines receive, each datagram goes to one of them. Only coroutines
 * may call what can suspend.
 */
public final class UdpSocket implements Closeable {
  private static final String RECEIVE = "UdpSocket.receive";
  private static final String SEND = "UdpSocket.send";

  private final DatagramChannel channel;
  private final SocketAddress local;
  private final Readiness readable;
  private final Readiness writable;
  private final Users users = new Users(this);

  private UdpSocket(DatagramChannel channel) throws IOException {
    this.channel = channel;
    local = Objects.requireNonNull(channel.getLocalAddress(), "bound");
    readable = new Readiness(channel, OP_READ, new What("a datagram to ", local), RECEIVE);
    writable = new Readiness(channel, OP_WRITE, new What("room for a datagram from ", local), SEND);
  }

  /**
   * Opens a socket at an address. Any thread may call this; it does not suspend.
   *
   * @param local the address; port 0 chooses a free one, see {@link #localAddress}
   * @throws BindException if the address is in use or is not one of this machine; the message names
   *     it
   * @throws UnknownHostException if the host of the address is not resolved
   * @throws IllegalArgumentException if the address is that of a Unix domain socket
   * @throws UnsupportedOperationException if the caller is a coroutine that cannot use the socket:
   *     of a scheduler with another clock than the system's, or of {@code NettyLoops}
   */
  public static UdpSocket open(SocketAddress local) throws IOException {
    Objects.requireNonNull(local, "local");
    Addresses.requireInternet(local, "local");
    Addresses.requireResolved(local);
    Users.checkOpener("UdpSocket.open");
    DatagramChannel channel = DatagramChannel.open();
    boolean bound = false;
    try {
      channel.configureBlocking(false);
      channel.bind(local);
      UdpSocket socket = new UdpSocket(channel);
      socket.users.opened();
      bound = true;
      return socket;
    } catch (IOException failure) {
      throw Addresses.named(failure, "cannot open a UDP socket at " + local);
    } finally {
      if (!bound) {
        channel.close();
      }
    }
  }

  /**
   * Receives the next datagram into a buffer. Suspends until there is one. What does not fit into
   * the buffer is lost.
   *
   * @return the address of the sender
   * @throws ClosedChannelException if the socket is closed, {@link AsynchronousCloseException} if
   *     that happens meanwhile. It is an {@link OrderlyEnd}: the close is the way to stop a
   *     receiver, and no handler is called for a coroutine that ends by it
   * @throws IllegalStateException if the caller is no coroutine and would have to wait
   */
  public SocketAddress receive(ByteBuffer buffer) throws IOException {
    Objects.requireNonNull(buffer, "buffer");
    try {
      begin(RECEIVE);
      SocketAddress sender = channel.receive(buffer);
      while (sender == null) {
        readable.await();
        sender = channel.receive(buffer);
      }
      return sender;
    } catch (ClosedChannelException closed) {
      throw ClosedInOrder.of(closed, this);
    }
  }

  /**
   * Sends the rest of a buffer as one datagram. Suspends while the operating system has no room for
   * it.
   *
   * @throws IOException if the datagram is too large, at most 65,507 bytes over IPv4, or cannot be
   *     sent to the target
   * @throws IllegalArgumentException if the target is a Unix domain socket
   * @throws ClosedChannelException if the socket is closed, {@link AsynchronousCloseException} if
   *     that happens meanwhile
   */
  public void send(ByteBuffer buffer, SocketAddress target) throws IOException {
    Objects.requireNonNull(buffer, "buffer");
    Objects.requireNonNull(target, "target");
    Addresses.requireInternet(target, "target");
    Addresses.requireResolved(target);
    begin(SEND);
    boolean isEmpty = !buffer.hasRemaining();
    while (channel.send(buffer, target) == 0 && !isEmpty) {
      writable.await();
    }
  }

  private void begin(String method) throws ClosedChannelException {
    if (!channel.isOpen()) {
      throw new ClosedChannelException();
    }
    users.pass(method);
  }

  /**
   * Sets an option of the socket.
   *
   * @param option one of {@link StandardSocketOptions}, such as {@code SO_BROADCAST}
   * @throws UnsupportedOperationException if the socket does not have the option
   * @throws IllegalArgumentException if the value is not valid
   */
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    DatagramChannel _ = channel.setOption(option, value);
  }

  /**
   * Returns the value of an option of the socket. The system may have rounded what was set, as it
   * does for the sizes of buffers.
   *
   * @throws UnsupportedOperationException if the socket does not have the option
   */
  public <T> T getOption(SocketOption<T> option) throws IOException {
    return channel.getOption(option);
  }

  /** Returns the address at which it receives, with the port that was chosen. */
  public SocketAddress localAddress() {
    return local;
  }

  /**
   * Leaves the close to the program: the socket stays open after the coroutines that use it have
   * ended.
   */
  public void keepOpen() {
    users.keepOpen();
  }

  /** Returns whether it is not closed. */
  public boolean isOpen() {
    return channel.isOpen();
  }

  /**
   * Closes the socket. A second call does nothing. Does not suspend. The address is free when this
   * returns or soon after, as for {@link TcpListener#close}.
   */
  @Override
  public void close() {
    try {
      users.close(channel);
    } finally {
      readable.wakeAll();
      writable.wakeAll();
    }
  }

  /** Returns the address, for logs. */
  @Override
  public String toString() {
    return "the UDP socket at " + local;
  }
}
