package io.tourbillon.bench.soak.load;

import io.tourbillon.bench.host.Descriptors;
import io.tourbillon.bench.soak.round.Breaches;
import io.tourbillon.bench.soak.round.CheckedCoroutine;
import io.tourbillon.bench.soak.round.CheckedCoroutines;
import io.tourbillon.bench.soak.round.RoundResult;
import io.tourbillon.bench.soak.round.Sampler;
import io.tourbillon.bench.soak.round.Window;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.net.TcpConnection;
import io.tourbillon.coroutine.net.TcpListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Recorder;

/**
 * A coroutine at each end of many connections. The clients send a message every few seconds and
 * check that it comes back; each read has a limit.
 *
 * <p>Each end takes a file descriptor. If the process may not open as many, there are as many
 * connections as it may, and the report says so. A pair of addresses has ports for some 28,000
 * connections at most, so several listeners share them.
 */
final class Sockets implements LoadTrial {
  private static final int CONNECTIONS_A_LISTENER = 20_000;

  /** For the JVM's own files. */
  private static final int OTHER_DESCRIPTORS = 200;

  private static final int MESSAGE_BYTES = 64;
  private static final int CONNECTS_A_MILLI = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration GRACE = Duration.ofSeconds(60);
  private static final long MOST_NANOS = TimeUnit.MINUTES.toNanos(10);

  private final int asked;
  private final Duration longestPause;
  private final AtomicLong connected = new AtomicLong();
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong received = new AtomicLong();
  private final AtomicLong echoed = new AtomicLong();
  private final Recorder roundTripNanos = new Recorder(MOST_NANOS, 2);
  private volatile boolean stopping;

  Sockets(int connections) {
    this(connections, Duration.ofSeconds(15));
  }

  /**
   * Prepares a load.
   *
   * @param longestPause between two messages of a connection; the shortest is a third of it
   */
  Sockets(int connections, Duration longestPause) {
    asked = connections;
    this.longestPause = longestPause;
  }

  @Override
  public RoundResult run(String name, long seed, Duration duration) throws Exception {
    LoadReport report = new LoadReport(name, seed);
    int connections = possible(report);
    SplittableRandom random = new SplittableRandom(seed);
    CoroutineScheduler scheduler = CoroutineScheduler.builder().name("soak").recordStats().build();
    try (Sampler sampler = new Sampler(LoadReport.WINDOW_MILLIS)) {
      CheckedCoroutines book = new CheckedCoroutines(sampler.sleeps(), report.breaches());
      List<TcpListener> listeners = listen(scheduler, book, connections);
      long startNanos = System.nanoTime();
      List<CheckedCoroutine> clients = new ArrayList<>();
      for (int number = 0; number < connections; number++) {
        SocketAddress server = listeners.get(number % listeners.size()).localAddress();
        SplittableRandom own = random.split();
        clients.add(book.spawn(scheduler, () -> talk(server, book, own)));
        if (number % CONNECTS_A_MILLI == 0) {
          TimeUnit.MILLISECONDS.sleep(1);
        }
      }
      awaitConnected(connections, report.breaches());
      report.figure("connections", connected.get());
      report.figure("milliseconds to connect all", (System.nanoTime() - startNanos) / 1_000_000);
      sampler.endPart();
      roundTripNanos.reset();
      long sentBefore = sent.get();
      TimeUnit.NANOSECONDS.sleep(duration.toNanos());
      Window part = sampler.endPart();
      report.figure("coroutines on sockets", 2 * connected.get());
      report.figure("echoes", sent.get() - sentBefore);
      report.figure(
          "echoes a second", (sent.get() - sentBefore) / Math.max(1, duration.toSeconds()));
      report.times("round trip", roundTripNanos.getIntervalHistogram());
      stop(scheduler, book, listeners, clients, report.breaches());
      report.lateness(part);
      return report.result(scheduler.engine(), part, sampler);
    } finally {
      boolean _ = scheduler.close(Duration.ZERO);
    }
  }

  private int possible(LoadReport report) {
    long free = Descriptors.most() - Descriptors.open() - OTHER_DESCRIPTORS;
    int possible = Math.clamp(free / 2, 1, asked);
    if (possible < asked) {
      report.note(
          String.format(
              Locale.ROOT,
              "%,d connections were asked for, but the process may open %,d files (ulimit -n):"
                  + " they suffice for %,d, and so for %,d coroutines",
              asked,
              Descriptors.most(),
              possible,
              2 * possible));
    }
    return possible;
  }

  private List<TcpListener> listen(
      CoroutineScheduler scheduler, CheckedCoroutines book, int connections) throws IOException {
    List<TcpListener> listeners = new ArrayList<>();
    for (int left = connections; left > 0; left -= CONNECTIONS_A_LISTENER) {
      TcpListener listener =
          TcpListener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      listeners.add(listener);
      book.leave(book.spawnThrowing(scheduler, () -> accept(scheduler, book, listener)));
    }
    return listeners;
  }

  /** Ends by an exception when the listener is closed. */
  private void accept(CoroutineScheduler scheduler, CheckedCoroutines book, TcpListener listener)
      throws IOException {
    while (true) {
      TcpConnection connection = listener.accept();
      book.leave(book.spawn(scheduler, () -> echo(connection)));
    }
  }

  /** The server's end. It ends when the client closes the connection. */
  private void echo(TcpConnection connection) throws IOException, TimeoutException {
    try (connection) {
      ByteBuffer buffer = ByteBuffer.allocate(MESSAGE_BYTES);
      Duration limit = longestPause.plus(PATIENCE);
      while (Coroutines.withTimeout(limit, () -> connection.read(buffer.clear())) >= 0) {
        buffer.flip();
        echoed.addAndGet(buffer.remaining());
        connection.write(buffer);
      }
    }
  }

  /** The client's end. */
  private void talk(SocketAddress server, CheckedCoroutines book, SplittableRandom random)
      throws IOException, TimeoutException {
    long longestNanos = longestPause.toNanos();
    try (TcpConnection connection =
        Coroutines.withTimeout(PATIENCE, () -> TcpConnection.connect(server))) {
      connected.incrementAndGet();
      ByteBuffer message = ByteBuffer.allocate(MESSAGE_BYTES);
      while (!stopping) {
        book.delay(random.nextLong(longestNanos / 3, longestNanos));
        exchange(connection, message, random.nextLong());
      }
    }
  }

  private void exchange(TcpConnection connection, ByteBuffer message, long token)
      throws IOException, TimeoutException {
    long fromNanos = System.nanoTime();
    message.clear().putLong(0, token);
    connection.write(message);
    sent.incrementAndGet();
    message.clear();
    while (message.hasRemaining()) {
      if (Coroutines.withTimeout(PATIENCE, () -> connection.read(message)) < 0) {
        throw new IOException("the server has closed the connection");
      }
    }
    if (message.getLong(0) != token) {
      throw new IOException("a message must come back as it was sent");
    }
    received.incrementAndGet();
    roundTripNanos.recordValue(Math.min(System.nanoTime() - fromNanos, MOST_NANOS));
  }

  private void awaitConnected(int connections, Breaches breaches) throws InterruptedException {
    long limitNanos = System.nanoTime() + PATIENCE.toNanos();
    while (connected.get() < connections && System.nanoTime() - limitNanos < 0) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    if (connected.get() < connections) {
      breaches.add("every client connects", connected + " of " + connections);
    }
  }

  private void stop(
      CoroutineScheduler scheduler,
      CheckedCoroutines book,
      List<TcpListener> listeners,
      List<CheckedCoroutine> clients,
      Breaches breaches)
      throws IOException {
    stopping = true;
    for (TcpListener listener : listeners) {
      listener.close();
    }
    // Clients end at their next message, and servers when their clients have.
    if (!scheduler.close(longestPause.plus(GRACE))) {
      breaches.add("every coroutine ends", "the scheduler was closed, and some have not");
    }
    clients.forEach(book::collect);
    book.collectLeft();
    book.judge("coroutines", scheduler.stats(), breaches);
    if (sent.get() != received.get() || echoed.get() != sent.get() * MESSAGE_BYTES) {
      breaches.add(
          "no byte is lost or doubled",
          sent + " messages sent, " + received + " came back, " + echoed + " bytes were echoed");
    }
  }
}
