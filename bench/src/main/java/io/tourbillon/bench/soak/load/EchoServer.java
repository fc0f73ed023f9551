package io.tourbillon.bench.soak.load;

import io.tourbillon.bench.soak.round.CheckedCoroutines;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.net.TcpConnection;
import io.tourbillon.coroutine.net.TcpListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The servers' ends: a coroutine for each connection waits for messages, checks that each is the
 * next one of the same connection, and sends it back.
 *
 * <p>A pair of addresses has ports for some 28,000 connections at most, so several listeners share
 * them.
 */
final class EchoServer {
  static final int CONNECTIONS_A_LISTENER = 20_000;

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final CoroutineScheduler scheduler;
  private final CheckedCoroutines book;
  private final Duration limit;
  private final List<TcpListener> listeners = new ArrayList<>();
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong echoed = new AtomicLong();

  /**
   * Makes a server that does not listen yet.
   *
   * @param longestPause between two messages of a connection
   */
  EchoServer(CoroutineScheduler scheduler, CheckedCoroutines book, Duration longestPause) {
    this.scheduler = scheduler;
    this.book = book;
    limit = longestPause.plus(PATIENCE);
  }

  /**
   * Listens at ports of the loopback address that are free.
   *
   * @param connections how many there will be
   */
  List<Integer> listen(int connections) throws IOException {
    List<Integer> ports = new ArrayList<>();
    for (int left = connections; left > 0; left -= CONNECTIONS_A_LISTENER) {
      TcpListener listener =
          TcpListener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      listeners.add(listener);
      ports.add(((InetSocketAddress) listener.localAddress()).getPort());
      book.leave(book.spawnThrowing(scheduler, () -> accept(listener)));
    }
    return ports;
  }

  /** Ends by an exception when the listener is closed. */
  private void accept(TcpListener listener) throws IOException {
    while (true) {
      TcpConnection connection = listener.accept();
      accepted.incrementAndGet();
      book.leave(book.spawn(scheduler, () -> serve(connection)));
    }
  }

  /** Ends when the client closes the connection. */
  private void serve(TcpConnection connection) throws IOException, TimeoutException {
    try (connection) {
      ByteBuffer buffer = ByteBuffer.allocate(Message.BYTES);
      long number = 0;
      long who = 0;
      while (Coroutines.withTimeout(limit, () -> connection.read(buffer)) >= 0) {
        Coroutines.withTimeout(PATIENCE, () -> connection.readFully(buffer));
        if (number == 0) {
          who = Message.who(buffer);
        }
        if (!Message.is(buffer, who, number)) {
          throw wrong(buffer, who, number);
        }
        number++;
        echoed.incrementAndGet();
        connection.write(buffer.flip());
        buffer.clear();
      }
    }
  }

  /** Returns what to throw if another message came. */
  static IOException wrong(ByteBuffer seen, long who, long number) {
    return new IOException(
        "no byte is lost, doubled or changed: number "
            + number
            + " of connection "
            + Long.toHexString(who)
            + " was to come, but it is "
            + Message.text(seen));
  }

  /** Returns how many connections were accepted. */
  long accepted() {
    return accepted.get();
  }

  /** Returns how many messages were sent back. */
  long echoed() {
    return echoed.get();
  }

  /** Accepts no more connections; those that there are go on. */
  void close() throws IOException {
    for (TcpListener listener : listeners) {
      listener.close();
    }
  }
}
