package io.tourbillon.bench.demo;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.examples.SuspendingChannel;
import io.tourbillon.timer.TimerService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A server on a free port of the loopback address. A coroutine takes in connections, and the {@link
 * Session} of each is another; a single thread tells them all what has come of their reads and
 * writes. It answers at once, except that now and then a session sleeps until its client must have
 * given up.
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
  private final AsynchronousChannelGroup group;
  private final AsynchronousServerSocketChannel listener;
  private final InetSocketAddress address;
  private final Coroutine<?> acceptor;
  private final AtomicLong answers = new AtomicLong();

  /** Those that have not ended. The acceptor adds to it, and each leaves it on its own loop. */
  private final Set<Coroutine<?>> sessions = ConcurrentHashMap.newKeySet();

  DemoServer(CoroutineScheduler scheduler, TimerService timers, Ledger ledger) throws IOException {
    this.scheduler = scheduler;
    this.timers = timers;
    this.ledger = ledger;
    group =
        AsynchronousChannelGroup.withFixedThreadPool(
            1, Thread.ofPlatform().daemon().name("demo-io").factory());
    boolean listening = false;
    try {
      listener = AsynchronousServerSocketChannel.open(group);
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Clients.COUNT);
      address = (InetSocketAddress) listener.getLocalAddress();
      listening = true;
    } finally {
      if (!listening) {
        group.shutdownNow();
      }
    }
    acceptor = scheduler.spawn(SpawnOptions.named("acceptor"), this::accept);
    ledger.acceptors.begin();
    CompletableFuture<?> _ =
        acceptor.toFuture().whenComplete((nothing, end) -> ledger.acceptors.end(acceptor));
  }

  InetSocketAddress address() {
    return address;
  }

  private void accept() throws IOException {
    while (true) {
      SuspendingChannel channel = acceptOne();
      if (sessions.size() < MAX_SESSIONS) {
        begin(channel);
      } else {
        channel.close();
      }
    }
  }

  private SuspendingChannel acceptOne() throws IOException {
    while (true) {
      try {
        return SuspendingChannel.accept(listener);
      } catch (ClosedChannelException closing) {
        throw closing;
      } catch (IOException failure) {
        // The client has gone already, or the process has no descriptor left until others go.
        ledger.failConnection(failure);
        Coroutines.delay(REST);
      }
    }
  }

  private void begin(SuspendingChannel channel) {
    Coroutine<?> session =
        scheduler.spawn(
            SpawnOptions.named("session-" + (ledger.sessions.begun() + 1)),
            new Session(channel, timers, ledger, answers));
    ledger.sessions.begin();
    sessions.add(session);
    // Not in the session itself: one that is cancelled in time does not begin.
    CompletableFuture<?> _ =
        session
            .toFuture()
            .whenComplete(
                (nothing, end) -> {
                  Endings.closeQuietly(channel);
                  ledger.sessions.end(session);
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
    } finally {
      closeGroup();
    }
  }

  private void closeGroup() {
    try {
      group.shutdownNow();
      if (!group.awaitTermination(GRACE.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("the server's thread must end within " + GRACE);
      }
    } catch (IOException e) {
      throw new IllegalStateException("the server must close its connections", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
