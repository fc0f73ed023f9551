package io.tourbillon.examples;

import static io.tourbillon.coroutine.Coroutines.withTimeout;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.bridge.OsSignals;
import io.tourbillon.coroutine.net.TcpConnection;
import io.tourbillon.coroutine.net.TcpListener;
import io.tourbillon.coroutine.sync.Semaphore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * A TCP server that sends back what it receives, on any engine. A coroutine serves each connection,
 * through a {@link TcpConnection}.
 *
 * <p>The number of connections at a time is limited. Other clients wait in the system's queue until
 * a place is free. A client that is silent for too long, or does not read what it is sent, is
 * disconnected. Thread-safe.
 */
public final class EchoServer implements AutoCloseable {
  private static final int BACKLOG = 1024;
  private static final int BUFFER_BYTES = 8 * 1024;
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final Duration REST = Duration.ofMillis(100);

  private final Semaphore places;
  private final Duration patience;
  private final TcpListener listener;
  private final Coroutine<?> server;

  /** Runs it: {@code EchoServer [PORT]}, until Ctrl-C. */
  public static void main(String[] args) throws IOException {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 7007;
    var at = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    try (CoroutineScheduler scheduler = CoroutineScheduler.create();
        EchoServer server = new EchoServer(scheduler, at, 10_000, Duration.ofMinutes(1));
        OsSignals signals = OsSignals.openUnlessIgnored("INT", "TERM")) {
      System.out.println("echo of " + server.address());
      System.out.println("ends after " + signals.await());
    }
  }

  /**
   * Starts to listen.
   *
   * @param at the address; port 0 is any free port
   * @param mostConnections at least 1
   * @param patience how long to wait for a client to send, and to read what it is sent
   * @throws IOException if it cannot listen there
   */
  public EchoServer(
      CoroutineScheduler scheduler, InetSocketAddress at, int mostConnections, Duration patience)
      throws IOException {
    places = new Semaphore(mostConnections);
    this.patience = patience;
    listener = TcpListener.open(at, BACKLOG);
    boolean listening = false;
    try {
      server = scheduler.spawn(SpawnOptions.named("echo-server"), this::serve);
      listening = true;
    } finally {
      if (!listening) {
        listener.close();
      }
    }
  }

  /** The address that it listens on. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /** Runs all sessions, until the last has ended. The failure of one does not affect the others. */
  private void serve() {
    try (CoroutineScope sessions = CoroutineScope.open(Policy.SUPERVISE)) {
      sessions.spawn(() -> session(sessions));
      sessions.join();
    }
  }

  /**
   * One session. It waits for a place and a connection, and starts the session that waits for the
   * next one. Then it serves its own connection. The connection is not passed to another coroutine,
   * which might be cancelled before it gets it; so no connection is ever left open.
   */
  private void session(CoroutineScope sessions) throws IOException {
    places.acquire();
    try (TcpConnection client = accept()) {
      sessions.spawn(() -> session(sessions));
      echo(client);
    } catch (ClosedChannelException noMore) {
      // The server no longer listens.
    } finally {
      places.release();
    }
  }

  private TcpConnection accept() throws IOException {
    while (true) {
      try {
        return listener.accept();
      } catch (ClosedChannelException noMore) {
        throw noMore;
      } catch (IOException failure) {
        // The client has already gone, or the process has no free file descriptor until others are
        // closed.
        Coroutines.delay(REST);
      }
    }
  }

  private void echo(TcpConnection client) {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    try {
      while (withTimeout(patience, () -> client.read(buffer.clear())) >= 0) {
        withTimeout(patience, () -> client.write(buffer.flip()));
      }
    } catch (IOException | TimeoutException gone) {
      // The client has reset the connection or was too slow: there is nobody to tell.
    }
  }

  /** As {@link #close(Duration)}, with a grace of five seconds. */
  @Override
  public void close() {
    close(GRACE);
  }

  /**
   * Stops listening, waits until sessions end, and cancels those that have not ended after the
   * grace. All connections are closed when this returns.
   */
  public void close(Duration grace) {
    listener.close();
    if (server.state().isEnd()) {
      return;
    }
    try {
      server.join(grace);
    } catch (TimeoutException stillServing) {
      server.cancel("the server is closing");
      Coroutine.awaitAll(List.of(server));
    }
  }
}
