package io.tourbillon.bench.demo;

import io.tourbillon.bench.account.CheckedTimer;
import io.tourbillon.timer.TimerService;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The clients, each in a virtual thread. */
final class Clients implements AutoCloseable {
  static final int COUNT = 100;

  /**
   * How many sessions the server may have for a client: its connection's, and those of connections
   * given up because of a late answer, which live on for as long as that answer waits.
   */
  static final int MAX_SESSIONS_EACH = 4;

  /** How many timers a client may have: its connection's three, a pause, one for each session. */
  static final int MAX_TIMERS_EACH = 4 + MAX_SESSIONS_EACH;

  private static final Duration GRACE = Duration.ofSeconds(10);

  private final TimerService timers;
  private final InetSocketAddress server;
  private final Ledger ledger;
  private final List<Client> clients = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  Clients(TimerService timers, InetSocketAddress server, Ledger ledger) {
    this.timers = timers;
    this.server = server;
    this.ledger = ledger;
    for (int number = 0; number < COUNT; number++) {
      clients.add(new Client(number));
    }
  }

  void start() {
    for (Client client : clients) {
      threads.add(Thread.ofVirtual().name("demo-client-" + threads.size()).start(client));
    }
  }

  /**
   * Stops them and waits for their threads.
   *
   * @throws IllegalStateException if one does not end
   */
  @Override
  public void close() {
    clients.forEach(Client::stop);
    for (Thread thread : threads) {
      Endings.join(thread, GRACE);
    }
  }

  /**
   * Sends a request, pauses and sends the next, on one connection at a time; after a timeout has
   * closed it, on a new one. Now and then it stays idle for longer than its connection allows.
   */
  private final class Client implements Runnable {
    /** One pause in this many is an idle one. */
    private static final int IDLE_EVERY = 100;

    /** A server that has just started is slow and would let all of them time out. */
    private static final Duration START_APART = Duration.ofMillis(5);

    private static final Duration IDLE_PAUSE = Connection.IDLE_TIMEOUT.multipliedBy(2);
    private static final long MIN_PAUSE_NANOS = Duration.ofMillis(10).toNanos();
    private static final long MAX_PAUSE_NANOS = Duration.ofMillis(50).toNanos();

    private final Duration start;
    private int pauses;

    /** Written by the client's thread, read by the one that stops it. */
    private volatile @Nullable Connection connection;

    /** Written once, before that thread looks for the connection. */
    private volatile boolean stopping;

    /** The number decides when the client starts and when it falls idle. */
    Client(int number) {
      start = START_APART.multipliedBy(number);
      pauses = number * IDLE_EVERY / COUNT;
    }

    @Override
    public void run() {
      try {
        pause(start);
        while (!stopping) {
          connectAndAsk();
          pause(randomPause());
        }
      } catch (RejectedExecutionException shutDown) {
        // Without timers there is nothing more to do.
      }
    }

    /** Returns when the connection has ended. */
    private void connectAndAsk() {
      try (Connection opened = Connection.open(timers, ledger, server)) {
        ledger.connections.begin();
        connection = opened;
        while (!stopping) {
          opened.ask();
          ledger.answers.increment();
          pauses++;
          pause(pauses % IDLE_EVERY == 0 ? IDLE_PAUSE : randomPause());
        }
      } catch (SocketTimeoutException timeout) {
        // One of its timers has closed it, as it should.
      } catch (IOException e) {
        if (!stopping) {
          ledger.failConnection(e);
        }
      }
    }

    private void pause(Duration pause) {
      new CheckedTimer(ledger.pauses).await(timers, pause);
    }

    private static Duration randomPause() {
      return Duration.ofNanos(
          ThreadLocalRandom.current().nextLong(MIN_PAUSE_NANOS, MAX_PAUSE_NANOS));
    }

    /** Makes the client end soon, without waiting for its connection. */
    void stop() {
      stopping = true;
      Connection open = connection;
      if (open != null) {
        open.closeSocket();
      }
    }
  }
}
