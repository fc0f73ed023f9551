package io.tourbillon.examples;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.bridge.OsSignals;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The echo server again, in plain blocking code that does not know coroutines: a thread for each
 * connection. With the threads of {@link io.tourbillon.coroutine.CoroutineScheduler#asExecutor},
 * which need {@link io.tourbillon.coroutine.Engine#VIRTUAL_THREAD}, thousands of them share a loop,
 * and each socket timeout is an entry of its wheel.
 *
 * <p>It differs from {@link EchoServer} where blocking sockets differ: there is no timeout for a
 * client that does not read what it is sent. Thread-safe.
 */
public final class BlockingEchoServer implements AutoCloseable {
  private static final int BACKLOG = 1024;
  private static final int BUFFER_BYTES = 8 * 1024;
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final Duration REST = Duration.ofMillis(100);

  private final ExecutorService threads;
  private final Semaphore places;
  private final int patienceMillis;
  private final ServerSocket listener = new ServerSocket();

  /** Runs it: {@code BlockingEchoServer [PORT]}, until Ctrl-C. */
  public static void main(String[] args) throws IOException {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 7007;
    var at = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    try (CoroutineScheduler scheduler =
            CoroutineScheduler.builder().engine(Engine.VIRTUAL_THREAD).build();
        BlockingEchoServer server =
            new BlockingEchoServer(scheduler.asExecutor(), at, 10_000, Duration.ofMinutes(1));
        OsSignals signals = OsSignals.openUnlessIgnored("INT", "TERM")) {
      System.out.println("echo of " + server.address());
      System.out.println("ends after " + signals.await());
    }
  }

  /**
   * Starts to listen.
   *
   * @param threads starts a thread for each task; it is closed with the server
   * @param at the address; port 0 is any free port
   * @param mostConnections at least 1
   * @param patience how long to wait for a client to send
   * @throws IOException if it cannot listen there
   */
  public BlockingEchoServer(
      ExecutorService threads, InetSocketAddress at, int mostConnections, Duration patience)
      throws IOException {
    this.threads = threads;
    places = new Semaphore(mostConnections);
    patienceMillis = Math.toIntExact(patience.toMillis());
    boolean listening = false;
    try {
      listener.bind(at, BACKLOG);
      threads.execute(this::session);
      listening = true;
    } finally {
      if (!listening) {
        listener.close();
      }
    }
  }

  /** The address that it listens on. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  /**
   * Waits for a place and a connection, starts the session for the next one, and serves its own.
   */
  private void session() {
    places.acquireUninterruptibly();
    try (Socket client = accept()) {
      threads.execute(this::session);
      echo(client);
    } catch (IOException | InterruptedException | RejectedExecutionException gone) {
      // The client has gone, or the server is closed.
    } finally {
      places.release();
    }
  }

  private Socket accept() throws IOException, InterruptedException {
    while (true) {
      try {
        return listener.accept();
      } catch (IOException failure) {
        if (listener.isClosed()) {
          throw failure;
        }
        // For example, the process has no free file descriptor until others are closed.
        Thread.sleep(REST);
      }
    }
  }

  private void echo(Socket client) throws IOException {
    client.setTcpNoDelay(true);
    client.setSoTimeout(patienceMillis);
    byte[] buffer = new byte[BUFFER_BYTES];
    for (int count = read(client, buffer); count >= 0; count = read(client, buffer)) {
      client.getOutputStream().write(buffer, 0, count);
    }
  }

  private static int read(Socket client, byte[] buffer) throws IOException {
    return client.getInputStream().read(buffer);
  }

  /** As {@link #close(Duration)}, with a grace of five seconds. */
  @Override
  public void close() throws IOException {
    close(GRACE);
  }

  /**
   * Stops listening, waits until sessions end, and interrupts those that have not ended after the
   * grace, which closes their sockets.
   */
  public void close(Duration grace) throws IOException {
    listener.close();
    threads.shutdown();
    try {
      if (!threads.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException hurry) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
    threads.close();
  }
}
