package io.tourbillon.bench.demo;

import io.tourbillon.timer.TimerHandle;
import io.tourbillon.timer.TimerService;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A keep-alive connection of a client, with its three timers: a timeout for the request under way,
 * an idle timeout that every request pushes out, and a heartbeat that makes the next request a
 * ping.
 *
 * <p>The timeouts are the client's: the JDK's server shows its handlers requests but no
 * connections.
 *
 * <p>It belongs to its client's thread. The timers only close the socket, which ends whatever that
 * thread is doing with it.
 */
final class Connection implements AutoCloseable {
  static final long REQUEST_TIMEOUT_MILLIS = 200;
  static final Duration IDLE_TIMEOUT = Duration.ofMillis(500);
  static final Duration HEARTBEAT_PERIOD = Duration.ofMillis(250);
  private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
  private static final int MAX_HEAD_BYTES = 4_096;
  private static final byte[] HEAD_END = ascii("\r\n\r\n");
  private static final byte[] OK = ascii("HTTP/1.1 200 ");
  private static final byte[] WORK = request(DemoServer.WORK_PATH);
  private static final byte[] PING = request(DemoServer.PING_PATH);

  private final TimerService timers;
  private final Socket socket;
  private final InputStream in;
  private final byte[] head = new byte[MAX_HEAD_BYTES];
  private final Closer requestTimeout;
  private final Closer idleTimeout;
  private final TimerHandle idle;
  private final Heartbeat heartbeat;

  /**
   * Connects.
   *
   * @throws java.util.concurrent.RejectedExecutionException if the service is shut down
   */
  static Connection open(TimerService timers, Kinds kinds, InetSocketAddress server)
      throws IOException {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.connect(server, CONNECT_TIMEOUT_MILLIS);
      return new Connection(timers, kinds, socket);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private Connection(TimerService timers, Kinds kinds, Socket socket) throws IOException {
    this.timers = timers;
    this.socket = socket;
    in = socket.getInputStream();
    requestTimeout = new Closer(kinds.requestTimeouts(), socket);
    idleTimeout = new Closer(kinds.idleTimeouts(), socket);
    heartbeat = new Heartbeat(kinds.heartbeats(), timers, HEARTBEAT_PERIOD);
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
    closeQuietly(socket);
  }

  /** Reads a head; the server's answers have no body. */
  private void readAnswer() throws IOException {
    int length = 0;
    while (!endsWith(HEAD_END, length)) {
      if (length == MAX_HEAD_BYTES) {
        throw new IOException("the head of an answer must end within " + length + " bytes");
      }
      int read = in.read(head, length, MAX_HEAD_BYTES - length);
      if (read < 0) {
        throw new IOException("the server closed the connection");
      }
      length += read;
    }
    for (int index = 0; index < OK.length; index++) {
      if (head[index] != OK[index]) {
        throw new IOException(
            "the answer must be 200: " + new String(head, 0, length, StandardCharsets.US_ASCII));
      }
    }
  }

  private boolean endsWith(byte[] end, int length) {
    for (int index = 1; index <= end.length; index++) {
      if (length < index || head[length - index] != end[end.length - index]) {
        return false;
      }
    }
    return true;
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // A connection that can not be closed is as good as closed; its client finds out.
    }
  }

  private static byte[] request(String path) {
    return ascii("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** A timeout: closes the socket. */
  private static final class Closer extends CheckedTimer {
    private final Socket socket;

    Closer(Account account, Socket socket) {
      super(account);
      this.socket = socket;
    }

    @Override
    void fire() {
      closeQuietly(socket);
    }
  }
}
