package io.tourbillon.coroutine.net;

import static java.nio.channels.SelectionKey.OP_ACCEPT;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.OrderlyEnd;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.net.TcpConnection.What;
import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Accepts connections at an address, over TCP or at a Unix domain socket. See the documentation of
 * the package for limits, close, and listeners that are left open.
 *
 * <p>Thread-safe. Several coroutines may accept at the same time, and each connection goes to one
 * of them.
 */
public final class TcpListener implements Closeable {
  /** The backlog of {@link #open(SocketAddress)}; the operating system may have a lower limit. */
  public static final int BACKLOG = 1024;

  private static final String ACCEPT = "TcpListener.accept";

  private final ServerSocketChannel channel;
  private final SocketAddress local;
  private final Readiness acceptable;
  private final Users users = new Users(this);

  /** The last connection of each acceptor. */
  private final Map<Coroutine<?>, TcpConnection> last =
      Collections.synchronizedMap(new WeakHashMap<>());

  private TcpListener(ServerSocketChannel channel) throws IOException {
    this.channel = channel;
    local = Objects.requireNonNull(channel.getLocalAddress(), "bound");
    acceptable = new Readiness(channel, OP_ACCEPT, new What("a connection to ", local), ACCEPT);
  }

  /**
   * Listens at an address. Any thread may call this; it does not suspend.
   *
   * @param local the address; port 0 chooses a free one, see {@link #localAddress}. A Unix domain
   *     socket makes a file, which the close does not remove
   * @throws BindException if the address is in use or is not one of this machine; the message names
   *     it
   * @throws UnknownHostException if the host of the address is not resolved
   * @throws UnsupportedOperationException if the caller is a coroutine that cannot use the
   *     listener: of a scheduler with another clock than the system's, or of {@code NettyLoops}
   */
  public static TcpListener open(SocketAddress local) throws IOException {
    return open(local, BACKLOG);
  }

  /**
   * Listens at an address, as {@link #open(SocketAddress)} does.
   *
   * @param backlog how many connections may wait to be accepted: at least 1; the operating system
   *     may have a lower limit
   */
  public static TcpListener open(SocketAddress local, int backlog) throws IOException {
    Objects.requireNonNull(local, "local");
    if (backlog < 1) {
      throw new IllegalArgumentException("backlog must be at least 1: " + backlog);
    }
    Addresses.requireResolved(local);
    Users.checkOpener("TcpListener.open");
    ProtocolFamily family = Addresses.familyOf(local);
    ServerSocketChannel channel =
        family == null ? ServerSocketChannel.open() : ServerSocketChannel.open(family);
    boolean bound = false;
    try {
      channel.configureBlocking(false);
      channel.bind(local, backlog);
      TcpListener listener = new TcpListener(channel);
      listener.users.opened();
      bound = true;
      return listener;
    } catch (IOException failure) {
      throw Addresses.named(failure, "cannot listen at " + local);
    } finally {
      if (!bound) {
        channel.close();
      }
    }
  }

  /**
   * Returns the next connection. Suspends until there is one. {@code TCP_NODELAY} is on. A limit or
   * a cancellation loses no connection: it stays for the next call.
   *
   * @throws IOException if the connection cannot be made, as when too many files are open. The
   *     connection waits, so a caller that goes on should pause before it tries again
   * @throws ClosedChannelException if the listener is closed, {@link AsynchronousCloseException} if
   *     that happens meanwhile. It is an {@link OrderlyEnd}: the close is the way to stop an
   *     acceptor, and no handler is called for a coroutine that ends by it
   * @throws IllegalStateException if the caller is no coroutine
   * @throws UnsupportedOperationException if the scheduler of the caller has another clock than the
   *     system's, or is that of {@code NettyLoops}
   */
  public TcpConnection accept() throws IOException {
    Suspension.checkCanSelect(ACCEPT);
    users.pass(ACCEPT);
    SocketChannel accepted = acceptChannel();
    @Nullable Closeable left = accepted;
    try {
      accepted.configureBlocking(false);
      TcpConnection connection = new TcpConnection(accepted);
      left = connection;
      connection.prepare();
      goOnTo(connection);
      left = null;
      return connection;
    } finally {
      if (left != null) {
        left.close();
      }
    }
  }

  private SocketChannel acceptChannel() throws IOException {
    try {
      SocketChannel accepted = channel.accept();
      while (accepted == null) {
        acceptable.await();
        accepted = channel.accept();
      }
      return accepted;
    } catch (ClosedChannelException closed) {
      throw ClosedInOrder.of(closed, this);
    }
  }

  private void goOnTo(TcpConnection connection) {
    Coroutine<?> acceptor = (Coroutine<?>) Suspension.caller();
    TcpConnection before = last.put(acceptor, connection);
    if (before != null) {
      before.passedBy(acceptor);
    }
  }

  /** Returns the address at which it listens, with the port that was chosen. */
  public SocketAddress localAddress() {
    return local;
  }

  /**
   * Leaves the close to the program: the listener stays open after the coroutines that use it have
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
   * Closes the listener. Connections that were accepted stay open; those that wait in the backlog
   * are reset. A second call does nothing. Does not suspend.
   *
   * <p>The address is free when this returns, if the caller is a coroutine on the loop where the
   * acceptor has waited. Otherwise that loop is woken and frees it: after its current turn at the
   * latest. On {@link io.tourbillon.coroutine.Engine#PLAIN_THREAD} no coroutine is on a loop, and
   * its thread frees the address a moment later. Until then, the address is in use, and clients can
   * connect, but are reset.
   */
  @Override
  public void close() {
    try {
      users.close(channel);
    } finally {
      last.clear();
      acceptable.wakeAll();
    }
  }

  /** Returns the address, for logs. */
  @Override
  public String toString() {
    return "the listener at " + local;
  }
}
