package io.tourbillon.bench.demo;

import io.tourbillon.timer.TimerService;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The clients, a virtual thread each. */
final class Clients implements AutoCloseable {
  static final int COUNT = 100;

  /**
   * How many sessions the server may have for a client: its connection's, and those of connections
   * that it has given up because of a late answer, which outlive them by as long as it waited.
   */
  static final int MAX_SESSIONS_EACH = 4;

  /**
   * How many timers there may be for a client: its connection's three, a pause, and one of each of
   * its sessions.
   */
  static final int MAX_TIMERS_EACH = 4 + MAX_SESSIONS_EACH;

  private static final Duration GRACE = Duration.ofSeconds(10);

  private final List<Client> clients = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  Clients(TimerService timers, InetSocketAddress server, Kinds kinds, Tally tally) {
    for (int number = 0; number < COUNT; number++) {
      clients.add(new Client(timers, server, kinds, tally, number));
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
      Threads.join(thread, GRACE);
    }
  }
}
