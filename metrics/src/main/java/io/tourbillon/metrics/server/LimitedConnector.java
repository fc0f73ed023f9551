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
 * Accepts a connection when {@link Connections} has a place for it, and goes on accepting after any
 * failure. Jetty's own limits do not do that: they stop accepting while all places are taken, until
 * a client or a timeout frees one.
 */
final class LimitedConnector extends ServerConnector {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Connections connections;

  /** Written by the acceptor, read by the supervisor. */
  private volatile boolean accepting;

  /** Calls of {@link #accept}: written by the acceptor alone, read by the supervisor. */
  private volatile long accepts;

  /** Written and read by the supervisor alone. */
  private long acceptsSeen;

  LimitedConnector(Server server, Connections connections, HttpConnectionFactory protocol) {
    super(server, 1, 1, protocol);
    this.connections = connections;
  }

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes it.
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

  /** The acceptor may not end for lack of memory; that is told to nobody, as that takes memory. */
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
      // Goes on below.
    }
    LockSupport.parkNanos(PAUSE_NANOS);
    return true;
  }

  /** Whether the acceptor accepts, or has called {@link #accept} since this was last asked. */
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
