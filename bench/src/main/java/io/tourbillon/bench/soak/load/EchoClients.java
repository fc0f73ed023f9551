package io.tourbillon.bench.soak.load;

import io.tourbillon.bench.account.Account;
import io.tourbillon.bench.account.CheckedTimer;
import io.tourbillon.bench.soak.round.CheckedCoroutine;
import io.tourbillon.bench.soak.round.CheckedCoroutines;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.net.TcpConnection;
import io.tourbillon.timer.TimerService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * The clients' ends: a coroutine for each connection reads with a limit, within which nothing
 * comes, then sends a message, and checks that it comes back. So it waits for its socket all the
 * time. When a pause begins, it also arms a timer for the end of the pause.
 */
final class EchoClients {
  private static final long MOST_NANOS = TimeUnit.MINUTES.toNanos(10);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /**
   * Connects that may be in progress. Many more fill the queue of a server on a slow machine, and
   * the kernel then repeats a connect after 1, 3, 7, 15, 31 and 63 s.
   */
  private static final int MOST_CONNECTING = 100;

  private final CoroutineScheduler scheduler;
  private final CheckedCoroutines book;
  private final TimerService timers;
  private final Account account;
  private final long longestNanos;
  private final List<CheckedCoroutine> clients = new ArrayList<>();
  private final AtomicLong connected = new AtomicLong();
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong received = new AtomicLong();
  private final Recorder roundTripNanos = new Recorder(MOST_NANOS, 2);

  /** Written by the thread that stops, read by clients. */
  private volatile boolean stopping;

  /**
   * Makes no client yet.
   *
   * @param account of the timers
   * @param longestPause between two messages of a connection; the shortest is a third of it
   */
  EchoClients(
      CoroutineScheduler scheduler,
      CheckedCoroutines book,
      TimerService timers,
      Account account,
      Duration longestPause) {
    this.scheduler = scheduler;
    this.book = book;
    this.timers = timers;
    this.account = account;
    longestNanos = longestPause.toNanos();
  }

  /**
   * Spawns clients; each connects and begins to talk.
   *
   * @param worker the process, for messages to say whose they are
   * @param ports of the servers, which the clients share
   * @param aSecond how many clients connect in a second at most; a slow machine sets the pace
   * @return false if some have not connected in time
   */
  boolean connect(int worker, List<Integer> ports, int count, int aSecond, SplittableRandom random)
      throws InterruptedException {
    long startNanos = System.nanoTime();
    for (int number = 0; number < count; number++) {
      SocketAddress server =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), ports.get(number % ports.size()));
      SplittableRandom own = random.split();
      long who = ((long) worker << Integer.SIZE) + number;
      clients.add(book.spawn(scheduler, () -> talk(server, who, own)));
      while ((System.nanoTime() - startNanos) / 1e9 * aSecond < number) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
      if (!awaitConnected(number - MOST_CONNECTING)) {
        return false;
      }
    }
    return awaitConnected(count);
  }

  private boolean awaitConnected(int count) throws InterruptedException {
    long limitNanos = System.nanoTime() + PATIENCE.toNanos();
    while (connected.get() < count && System.nanoTime() - limitNanos < 0) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    return connected.get() >= count;
  }

  private void talk(SocketAddress server, long who, SplittableRandom random)
      throws IOException, TimeoutException {
    try (TcpConnection connection =
        Coroutines.withTimeout(PATIENCE, () -> TcpConnection.connect(server))) {
      connected.incrementAndGet();
      ByteBuffer message = ByteBuffer.allocate(Message.BYTES);
      CheckedTimer timer = new CheckedTimer(account);
      for (long number = 0; !stopping; number++) {
        long pauseNanos = random.nextLong(longestNanos / 3, longestNanos);
        if (!timer.isPending()) {
          timer.arm(timers, pauseNanos, TimeUnit.NANOSECONDS);
        }
        book.timeOut(pauseNanos, () -> expectNothing(connection, message.clear()));
        exchange(connection, message, who, number);
      }
    }
  }

  /** Waits for input until the limit of the caller is over. */
  private static void expectNothing(TcpConnection connection, ByteBuffer buffer)
      throws IOException {
    int count = connection.read(buffer);
    throw new IOException(
        count < 0
            ? "the server has closed the connection"
            : "nothing comes unasked: " + count + " bytes came");
  }

  private void exchange(TcpConnection connection, ByteBuffer message, long who, long number)
      throws IOException, TimeoutException {
    long fromNanos = System.nanoTime();
    Message.fill(message, who, number);
    sent.incrementAndGet();
    connection.write(message);
    message.clear();
    Coroutines.withTimeout(PATIENCE, () -> connection.readFully(message));
    roundTripNanos.recordValue(Math.min(System.nanoTime() - fromNanos, MOST_NANOS));
    if (!Message.is(message, who, number)) {
      throw EchoServer.wrong(message, who, number);
    }
    received.incrementAndGet();
  }

  /** Lets each client end at its next message, and waits for none. */
  void stop() {
    stopping = true;
  }

  /** Returns false if some have not ended within a limit. */
  boolean awaitEnds(Duration limit) throws InterruptedException {
    long limitNanos = System.nanoTime() + limit.toNanos();
    for (CheckedCoroutine client : clients) {
      while (!client.isEnded()) {
        if (System.nanoTime() - limitNanos > 0) {
          return false;
        }
        TimeUnit.MILLISECONDS.sleep(1);
      }
    }
    return true;
  }

  /** Enters all clients in the book. Called when they have ended. */
  void collect() {
    clients.forEach(book::collect);
  }

  /** Returns how many have connected. */
  long connected() {
    return connected.get();
  }

  /** Returns how many messages were sent. */
  long sent() {
    return sent.get();
  }

  /** Returns how many have come back as they were sent. */
  long received() {
    return received.get();
  }

  /** Returns the times of the round trips since the last call, in nanoseconds. */
  Histogram roundTrips() {
    return roundTripNanos.getIntervalHistogram();
  }
}
