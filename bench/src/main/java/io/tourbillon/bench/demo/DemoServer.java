package io.tourbillon.bench.demo;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.net.TcpConnection;
import io.tourbillon.coroutine.net.TcpListener;
import io.tourbillon.timer.TimerService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A server on a free port of the loopback address. A coroutine takes in connections, and the {@link
 * Session} of each is another. It answers at once, except that now and then a session sleeps until
 * its client must have given up.
 *
 * <p>For one thread; the coroutines run on their loops.
 */
final class DemoServer implements AutoCloseable {
  /**
   * More connections are closed at once. The clients have one each; where one of theirs was given
   * up and its answer is late, its session outlives it.
   */
  static final int MAX_SESSIONS = Clients.COUNT * Clients.MAX_SESSIONS_EACH;

  private static final Duration GRACE = Duration.ofSeconds(10);

  /** How long to wait after a connection could not be accepted. */
  private static final Duration REST = Duration.ofMillis(100);

  private static final String CLOSING = "the server is closing";

  private final CoroutineScheduler scheduler;
  private final TimerService timers;
  private final Ledger ledger;
  private final TcpListener listener;
  private final Coroutine<?> acceptor;

  /** Done when the ledger has the end of the acceptor. */
  private final CompletableFuture<?> acceptorEntered;

  private final AtomicLong answers = new AtomicLong();

  /**
   * Those whose end the ledger does not have yet. The acceptor adds to it, and each leaves it on
   * its own loop.
   */
  private final Set<Coroutine<?>> sessions = ConcurrentHashMap.newKeySet();

  DemoServer(CoroutineScheduler scheduler, TimerService timers, Ledger ledger) throws IOException {
    this.scheduler = scheduler;
    this.timers = timers;
    this.ledger = ledger;
    listener =
        TcpListener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Clients.COUNT);
    acceptor = scheduler.spawn(SpawnOptions.named("acceptor"), this::accept);
    ledger.acceptors.begin();
    acceptorEntered =
        acceptor.toFuture().whenComplete((nothing, end) -> ledger.acceptors.end(acceptor));
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  private void accept() throws IOException {
    while (true) {
      TcpConnection connection = acceptOne();
      if (sessions.size() < MAX_SESSIONS) {
        begin(connection);
      } else {
        connection.close();
      }
    }
  }

  private TcpConnection acceptOne() throws IOException {
    while (true) {
      try {
        return listener.accept();
      } catch (ClosedChannelException closing) {
        throw closing;
      } catch (IOException failure) {
        // The client has gone already, or the process has no descriptor left until others go.
        ledger.failConnection(failure);
        Coroutines.delay(REST);
      }
    }
  }

  private void begin(TcpConnection connection) {
    Coroutine<?> session =
        scheduler.spawn(
            SpawnOptions.named("session-" + (ledger.sessions.begun() + 1)),
            new Session(connection, timers, ledger, answers));
    ledger.sessions.begin();
    sessions.add(session);
    // Not in the session itself: one that is cancelled in time does not begin.
    CompletableFuture<?> _ =
        session
            .toFuture()
            .whenComplete(
                (nothing, end) -> {
                  ledger.sessions.end(session); // First: a close may wait for another loop.
                  connection.close();
                  sessions.remove(session);
                });
  }

  /**
   * Ends the sessions, closes all connections, and waits for all that it has begun; an interrupt
   * hurries it.
   *
   * @throws IllegalStateException if something does not end
   */
  @Override
  public void close() {
    try {
      // First the acceptor: after that there are no new sessions.
      long deadlineNanos = System.nanoTime() + GRACE.toNanos();
      Endings.cancel(List.of(acceptor), CLOSING, deadlineNanos);
      Endings.cancel(sessions, CLOSING, deadlineNanos);
      // A future is done a moment after its coroutine has ended.
      Endings.await(acceptorEntered::isDone, acceptor, deadlineNanos);
      Endings.await(sessions::isEmpty, sessions, deadlineNanos);
    } finally {
      listener.close();
    }
  }
}
