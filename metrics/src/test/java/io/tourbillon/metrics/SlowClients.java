package io.tourbillon.metrics;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Clients that keep a server busy at little cost to themselves: they send nothing, or a header byte
 * by byte, or headers without end, or long paths, or many requests at once, or do not read the
 * response to their request. If the server closes or refuses a connection, the client connects
 * again.
 */
final class SlowClients implements AutoCloseable {
  private static final int RECEIVE_BUFFER_BYTES = 4 * 1024;
  private static final String GOOD_STATUS = "HTTP/1.1 200";

  private final InetSocketAddress server;
  private final byte[] beginning;

  /** What each client sends again and again after the beginning. */
  private final byte[] more;

  private final long pauseMillis;
  private final List<Client> clients = new ArrayList<>();
  private final Thread thread;
  private volatile boolean closed;

  /** Why the attack has ended before the close. */
  private volatile @Nullable IOException failure;

  private SlowClients(int port, int count, String beginning) throws IOException {
    this(port, count, beginning, "", 100);
  }

  private SlowClients(int port, int count, String beginning, String more, long pauseMillis)
      throws IOException {
    this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    this.beginning = beginning.getBytes(StandardCharsets.US_ASCII);
    this.more = more.getBytes(StandardCharsets.US_ASCII);
    this.pauseMillis = pauseMillis;
    for (int number = 0; number < count; number++) {
      clients.add(new Client());
    }
    thread = Thread.ofPlatform().daemon().name("slow-clients").start(this::run);
  }

  /** Clients that send a byte of a header every half second. */
  static SlowClients drippingHeaders(int port, int count) throws IOException {
    return new SlowClients(
        port, count, "GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", "x", 500);
  }

  /** Clients that send one header after the other, and never an end of the request. */
  static SlowClients floodingHeaders(int port, int count) throws IOException {
    return new SlowClients(
        port,
        count,
        "GET /health HTTP/1.1\r\nHost: localhost\r\n",
        "X-Flood: more and more\r\n".repeat(100),
        5);
  }

  /** Clients that send one request after the other whose path has so many characters. */
  static SlowClients askingForPaths(int port, int count, int characters) throws IOException {
    return new SlowClients(
        port,
        count,
        "GET /" + "a".repeat(characters) + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "",
        5);
  }

  /** Clients that connect and send nothing. */
  static SlowClients sayingNothing(int port, int count) throws IOException {
    return new SlowClients(port, count, "");
  }

  /** Clients that send many requests in one go and read only the status of the first response. */
  static SlowClients pipelining(int port, int count, int requests) throws IOException {
    String request = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
    return new SlowClients(port, count, request.repeat(requests));
  }

  /** Clients that send a request and read only the status of the response. */
  static SlowClients readingNothing(int port, int count, String path) throws IOException {
    return new SlowClients(port, count, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  private void run() {
    try {
      while (!closed) {
        for (Client client : clients) {
          client.goOn();
        }
        TimeUnit.MILLISECONDS.sleep(pauseMillis);
      }
    } catch (IOException notConnected) {
      failure = notConnected;
    } catch (InterruptedException end) {
      // The clients are not used any more.
    }
  }

  private final class Client {
    private SocketChannel channel = connect();
    private boolean hasAsked;
    private boolean isAnswered;

    private Client() throws IOException {}

    private SocketChannel connect() throws IOException {
      SocketChannel connecting = SocketChannel.open();
      connecting.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
      connecting.configureBlocking(false);
      connecting.connect(server);
      return connecting;
    }

    private void goOn() throws IOException {
      try {
        if (!channel.finishConnect()) {
          return;
        }
        if (!hasAsked) {
          channel.write(ByteBuffer.wrap(beginning));
          hasAsked = true;
          return;
        }
        channel.write(ByteBuffer.wrap(more));
        if (!isAnswered) {
          readStatus();
        }
      } catch (IOException closedOrRefused) {
        channel.close();
        channel = connect();
        hasAsked = false;
        isAnswered = false;
      }
    }

    private void readStatus() throws IOException {
      byte[] status = new byte[GOOD_STATUS.length()];
      int read = channel.read(ByteBuffer.wrap(status));
      isAnswered = read > 0;
      if (read < 0
          || (isAnswered && !new String(status, StandardCharsets.US_ASCII).equals(GOOD_STATUS))) {
        throw new IOException("closed or refused");
      }
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Client client : clients) {
      client.channel.close();
    }
    IOException early = failure;
    if (early != null) {
      throw new IOException("the attack has ended early", early);
    }
  }
}
