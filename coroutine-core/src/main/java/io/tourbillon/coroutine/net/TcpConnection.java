package io.tourbillon.coroutine.net;

import static java.nio.channels.SelectionKey.OP_CONNECT;
import static java.nio.channels.SelectionKey.OP_READ;
import static java.nio.channels.SelectionKey.OP_WRITE;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.sync.Mutex;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.Objects;

/**
 * A connection over TCP, or over a Unix domain socket. {@link #connect} opens one, and {@link
 * TcpListener#accept} returns one. Thread-safe as {@link Connection} says.
 */
public final class TcpConnection implements Connection {
  /** The most bytes of a heap buffer that are copied for one system call. */
  private static final int PART = 128 * 1024;

  private static final String PREFIX = "the connection ";

  // What users call, for exceptions. A TlsConnection waits by the same calls.

  private static final String CONNECT = "TcpConnection.connect";
  private static final String READ = "Connection.read";
  private static final String WRITE = "Connection.write";

  private final SocketChannel channel;
  private final String name;
  private final Readiness readable;
  private final Readiness writable;
  private final Mutex writing;
  private final Users users = new Users(this);

  /** Whether a write has ended after a part of it was sent. Guarded by {@link #writing}. */
  private boolean cutOff;

  /** Whether this side has ended its output. Written by any caller that ends it; never reset. */
  private volatile boolean outputEnded;

  /** Takes over a channel that is connected and not blocking. */
  TcpConnection(SocketChannel channel) throws IOException {
    this.channel = channel;
    name =
        PREFIX
            + Addresses.text(channel.getLocalAddress())
            + " to "
            + Addresses.text(channel.getRemoteAddress());
    readable = new Readiness(channel, OP_READ, new What("reading from ", this), READ);
    writable = new Readiness(channel, OP_WRITE, new What("writing to ", this), WRITE);
    writing = new Mutex("the writes to " + name);
  }

  /** Describes a wait; becomes text only when somebody asks. */
  record What(String verb, Object whom) {
    @Override
    public String toString() {
      return verb + whom;
    }
  }

  /**
   * Connects to a server. Suspends until the connection is established. {@code TCP_NODELAY} is on.
   * If the backlog of a Unix domain socket is full, {@code connect} throws an {@link IOException}
   * at once.
   *
   * @param remote the address of the server; must already be resolved; resolving blocks, so do it
   *     by {@link Coroutines#blocking}
   * @throws UnknownHostException if the host of the address is not resolved
   * @throws ConnectException if the server refuses the connection or does not answer, or if there
   *     is no file for a Unix domain socket; the message names the address
   * @throws IllegalStateException if the caller is no coroutine
   * @throws UnsupportedOperationException if the scheduler of the caller has another clock than the
   *     system's, or is that of {@code NettyLoops}
   */
  public static TcpConnection connect(SocketAddress remote) throws IOException {
    Objects.requireNonNull(remote, "remote");
    Addresses.requireResolved(remote);
    Suspension.checkCanSelect(CONNECT);
    Coroutines.checkCancelled();
    ProtocolFamily family = Addresses.familyOf(remote);
    SocketChannel channel = family == null ? SocketChannel.open() : SocketChannel.open(family);
    boolean connected = false;
    try {
      establish(channel, remote);
      TcpConnection connection = new TcpConnection(channel);
      connection.prepare();
      connected = true;
      return connection;
    } finally {
      if (!connected) {
        Suspension.closeChannel(channel); // A loop may know it.
      }
    }
  }

  private static void establish(SocketChannel channel, SocketAddress remote) throws IOException {
    channel.configureBlocking(false);
    try {
      if (!channel.connect(remote)) {
        Readiness connectable =
            new Readiness(channel, OP_CONNECT, new What("connecting to ", remote), CONNECT);
        while (!channel.finishConnect()) {
          connectable.await();
        }
      }
    } catch (ClosedChannelException closed) {
      throw closed;
    } catch (IOException failure) {
      throw Addresses.notConnected(failure, remote);
    }
  }

  /** Notes that the acceptor has gone on to the next connection. */
  void passedBy(Coroutine<?> acceptor) {
    users.passedBy(acceptor);
  }

  /** Sets the default options and notes the opener. */
  void prepare() throws IOException {
    if (!Addresses.isUnix(channel.getRemoteAddress())) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
    users.opened();
  }

  @Override
  public int read(ByteBuffer buffer) throws IOException {
    Objects.requireNonNull(buffer, "buffer");
    begin(READ);
    if (!buffer.hasRemaining()) {
      return 0;
    }
    int count = readSome(buffer);
    while (count == 0) {
      readable.await();
      count = readSome(buffer);
    }
    return count;
  }

  @Override
  public void write(ByteBuffer... buffers) throws IOException {
    for (ByteBuffer each : buffers) {
      Objects.requireNonNull(each, "buffer");
    }
    begin(WRITE);
    writing.lock();
    try {
      if (cutOff) {
        throw new IOException("an earlier write to " + name + " was cut off in the midst");
      }
      writeUntilTheEnd(buffers);
    } finally {
      writing.unlock();
    }
  }

  /**
   * As {@link #writeAll}. Tells the end of the output, which looks like a close or a broken pipe.
   */
  private void writeUntilTheEnd(ByteBuffer[] buffers) throws IOException {
    try {
      writeAll(buffers);
    } catch (IOException failure) {
      throw outputEnded && channel.isOpen() ? outputEnded(name) : failure;
    }
  }

  /** Returns the exception for a write after {@link #shutdownOutput}. */
  static IOException outputEnded(String connection) {
    return new IOException("the output has ended by shutdownOutput: " + connection);
  }

  private void writeAll(ByteBuffer[] buffers) throws IOException {
    boolean begun = false;
    boolean complete = false;
    try {
      int first = 0;
      while (first < buffers.length) {
        if (!buffers[first].hasRemaining()) {
          first++;
        } else if (writeSome(buffers, first) > 0) {
          begun = true;
        } else {
          writable.await();
        }
      }
      complete = true;
    } finally {
      cutOff |= begun && !complete;
    }
  }

  /**
   * Reads without waiting. The JDK copies to a heap buffer by way of a direct one of the same size,
   * so large heap buffers are filled in parts.
   */
  private int readSome(ByteBuffer buffer) throws IOException {
    if (isSmall(buffer)) {
      return channel.read(buffer);
    }
    int limit = buffer.limit();
    buffer.limit(buffer.position() + PART);
    try {
      return channel.read(buffer);
    } finally {
      buffer.limit(limit);
    }
  }

  /** Writes without waiting: a part of a large heap buffer, or all small ones that follow. */
  private long writeSome(ByteBuffer[] buffers, int first) throws IOException {
    ByteBuffer buffer = buffers[first];
    if (isSmall(buffer)) {
      int end = first + 1;
      while (end < buffers.length && isSmall(buffers[end])) {
        end++;
      }
      return end == first + 1 ? channel.write(buffer) : channel.write(buffers, first, end - first);
    }
    int limit = buffer.limit();
    buffer.limit(buffer.position() + PART);
    try {
      return channel.write(buffer);
    } finally {
      buffer.limit(limit);
    }
  }

  private static boolean isSmall(ByteBuffer buffer) {
    return buffer.isDirect() || buffer.remaining() <= PART;
  }

  /**
   * Refuses a connection that is closed, and a coroutine that cannot use it, and makes the call a
   * suspension point.
   *
   * @param method is named in an exception
   */
  void begin(String method) throws ClosedChannelException {
    if (!channel.isOpen()) {
      throw new ClosedChannelException();
    }
    users.pass(method);
  }

  // For TlsConnection, which keeps what is read and written in buffers of its own.

  /**
   * Reads without waiting.
   *
   * @return the number of bytes, 0 if there are none yet, -1 at the end
   */
  int tryRead(ByteBuffer buffer) throws IOException {
    return readSome(buffer);
  }

  /** Writes without waiting what the operating system has room for. */
  void tryWrite(ByteBuffer buffer) throws IOException {
    long _ = writeSome(new ByteBuffer[] {buffer}, 0);
  }

  /** Suspends until there may be input. */
  void awaitReadable() throws IOException {
    readable.await();
  }

  /** Suspends until there may be room for output. */
  void awaitWritable() throws IOException {
    writable.await();
  }

  /** Suspends until there may be input or room for output. */
  void awaitReadableOrWritable() throws IOException {
    readable.awaitThisOr(writable);
  }

  /** Drops some of the input, so that the close does not reset the connection because of it. */
  void discardInput() {
    ByteBuffer dropped = ByteBuffer.allocate(4 * 1024);
    try {
      for (int part = 0; part < 16 && channel.read(dropped) > 0; part++) {
        dropped.clear();
      }
    } catch (IOException reset) {
      // There is no input to drop.
    }
  }

  /** Returns the addresses of both sides, for logs. */
  String addresses() {
    return name.substring(PREFIX.length());
  }

  /** Does not suspend. A write that waits for room ends with an {@link IOException}. */
  @Override
  public void shutdownOutput() throws IOException {
    outputEnded = true;
    SocketChannel _ = channel.shutdownOutput();
    writable.wakeAll();
  }

  @Override
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    SocketChannel _ = channel.setOption(option, value);
  }

  @Override
  public <T> T getOption(SocketOption<T> option) throws IOException {
    return channel.getOption(option);
  }

  @Override
  public SocketAddress remoteAddress() throws IOException {
    return Objects.requireNonNull(channel.getRemoteAddress(), "connected");
  }

  @Override
  public SocketAddress localAddress() throws IOException {
    return Objects.requireNonNull(channel.getLocalAddress(), "connected");
  }

  @Override
  public void keepOpen() {
    users.keepOpen();
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  /**
   * Closes the connection. What was written is still sent, unless there is input that nobody has
   * read: then the operating system resets the connection. A second call does nothing. Does not
   * suspend.
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

  /** Returns the addresses, for logs. */
  @Override
  public String toString() {
    return name;
  }
}
