package io.tourbillon.metrics.server;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * Accepts a connection when {@link Connections} has a place for it, and continues to accept after
 * any failure. Jetty's own limits do not do that: while all places are taken, they stop accepting
 * until a client or a timeout frees one.
 */
final class LimitedConnector extends ServerConnector {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Connections connections;

  /** True during a call of {@link #accept}. Written by the acceptor, read by the supervisor. */
  private volatile boolean accepting;

  /** Number of calls of {@link #accept}. Written by the acceptor only, read by the supervisor. */
  private volatile long accepts;

  /** The {@link #accepts} of the last check. Written and read by the supervisor only. */
  private long acceptsSeen;

  LimitedConnector(Server server, Connections connections, HttpConnectionFactory protocol) {
    super(server, 1, 1, protocol);
    this.connections = connections;
  }

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // Only one thread writes it.
  public void accept(int acceptor) throws IOException {
    accepts++;
    accepting = true;
    try {
      if (getTransport() instanceof ServerSocketChannel listening && listening.isOpen()) {
        connections.awaitPlace();
        admit(listening.accept());
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      accepting = false;
    }
  }

  private void admit(SocketChannel channel) throws IOException {
    boolean admitted = false;
    try {
      channel.configureBlocking(false);
      configure(channel.socket());
      if (connections.tryAdmit(channel)) {
        getSelectorManager().accept(channel);
        admitted = true;
      }
    } finally {
      if (!admitted) {
        channel.close();
      }
    }
  }

  /**
   * Keeps the acceptor alive when memory is lacking. Does not report that, because a report takes
   * memory.
   */
  @Override
  protected boolean handleAcceptFailure(Throwable failure) {
    if (!isRunning() || !isOpen()) {
      return false;
    }
    try {
      if (!(failure instanceof VirtualMachineError)) {
        return super.handleAcceptFailure(failure);
      }
    } catch (Throwable noMemoryForThat) {
      // The acceptor pauses and continues.
    }
    LockSupport.parkNanos(PAUSE_NANOS);
    return true;
  }

  /** Returns whether the acceptor is in {@link #accept}, or has called it since the last check. */
  boolean checkAcceptor() {
    long before = acceptsSeen;
    acceptsSeen = accepts;
    return isOpen() && (accepting || acceptsSeen != before);
  }

  @Override
  protected SocketChannelEndPoint newEndPoint(
      SocketChannel channel, ManagedSelector selector, SelectionKey key) throws IOException {
    SocketChannelEndPoint endPoint = super.newEndPoint(channel, selector, key);
    connections.opened(channel, endPoint);
    return endPoint;
  }

  @Override
  protected void onEndPointClosed(EndPoint endPoint) {
    super.onEndPointClosed(endPoint);
    connections.closed(endPoint);
  }
}
