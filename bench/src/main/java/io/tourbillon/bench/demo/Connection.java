package io.tourbillon.bench.demo;

import io.tourbillon.bench.account.CheckedTimer;
import io.tourbillon.bench.account.Heartbeat;
import io.tourbillon.timer.TimerHandle;
import io.tourbillon.timer.TimerService;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The client's end of a keep-alive connection, with its three timers: a timeout for the request
 * under way, an idle timeout that every request pushes out, and a heartbeat that makes the next
 * request a ping. The server's end is a {@link Session}.
 *
 * <p>It belongs to its client's thread. The timers only close the socket, which ends whatever that
 * thread is doing with it.
 */
final class Connection implements AutoCloseable {
  static final long REQUEST_TIMEOUT_MILLIS = 200;
  static final Duration IDLE_TIMEOUT = Duration.ofMillis(500);
  static final Duration HEARTBEAT_PERIOD = Duration.ofMillis(250);
  private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
  private static final byte[] OK = Head.ascii("HTTP/1.1 200 ");
  private static final byte[] WORK = request(Session.WORK_PATH);
  private static final byte[] PING = request(Session.PING_PATH);

  private final TimerService timers;
  private final Socket socket;
  private final InputStream in;
  private final Head head = new Head();
  private final CheckedTimer requestTimeout;
  private final CheckedTimer idleTimeout;
  private final TimerHandle idle;
  private final Heartbeat heartbeat;

  /**
   * Connects.
   *
   * @throws java.util.concurrent.RejectedExecutionException if the service is shut down
   */
  static Connection open(TimerService timers, Ledger ledger, InetSocketAddress server)
      throws IOException {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.connect(server, CONNECT_TIMEOUT_MILLIS);
      return new Connection(timers, ledger, socket);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private Connection(TimerService timers, Ledger ledger, Socket socket) throws IOException {
    this.timers = timers;
    this.socket = socket;
    in = socket.getInputStream();
    requestTimeout = Endings.closing(ledger.requestTimeouts, socket);
    idleTimeout = Endings.closing(ledger.idleTimeouts, socket);
    heartbeat = new Heartbeat(ledger.heartbeats, timers, HEARTBEAT_PERIOD);
    try {
      idle = idleTimeout.schedule(timers, IDLE_TIMEOUT);
    } catch (RuntimeException e) {
      heartbeat.stop();
      throw e;
    }
  }

  /**
   * Sends a request and waits for the answer.
   *
   * @throws SocketTimeoutException if a timeout has closed the connection
   * @throws IOException if it failed otherwise
   * @throws java.util.concurrent.RejectedExecutionException if the service is shut down
   */
  void ask() throws IOException {
    if (!idleTimeout.reschedule(idle, IDLE_TIMEOUT)) {
      throw new SocketTimeoutException("idle for longer than " + IDLE_TIMEOUT);
    }
    byte[] request = heartbeat.takeDue() ? PING : WORK;
    long id = requestTimeout.arm(timers, REQUEST_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    IOException failure = null;
    try {
      socket.getOutputStream().write(request);
      readAnswer();
    } catch (IOException e) {
      failure = e;
    }
    if (!requestTimeout.cancel(timers, id)) {
      throw new SocketTimeoutException("no answer within ms: " + REQUEST_TIMEOUT_MILLIS);
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Ends the timers and the connection; for the client's thread. */
  @Override
  public void close() throws IOException {
    idleTimeout.cancel(idle);
    heartbeat.stop();
    socket.close();
  }

  /** Ends what the client is doing with the connection; for any thread. */
  void closeSocket() {
    Endings.closeQuietly(socket);
  }

  /** Reads a head; the server's answers have no body. */
  private void readAnswer() throws IOException {
    head.clear();
    while (!head.isWhole()) {
      if (!head.readFrom(in)) {
        throw new IOException("the server closed the connection");
      }
    }
    if (!head.startsWith(OK)) {
      throw new IOException("the answer must be 200: " + head);
    }
  }

  private static byte[] request(String path) {
    return Head.ascii("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
}
