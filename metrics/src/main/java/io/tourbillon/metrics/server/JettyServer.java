package io.tourbillon.metrics.server;

import io.tourbillon.metrics.server.Endpoint.Options;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.SizeLimitHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.jspecify.annotations.Nullable;

/**
 * One run of Jetty, with a limit on everything, from its start to its stop. It is never started
 * again: the {@link Supervisor} makes another one, since nobody knows what an error has left behind
 * in this one.
 *
 * <p>The supervisor calls everything here but the constructor.
 */
final class JettyServer {
  private static final System.Logger LOGGER = System.getLogger("io.tourbillon.metrics");

  /** An acceptor, which waits for a place, and a selector. */
  private static final int OWN_THREADS = 2;

  /** Threads that read requests, send answers, and make those that are quick. */
  private static final int MAX_REQUESTS = 4;

  /** Threads that make all other answers, and so how many are made at a time. */
  private static final int MAX_MAKERS = 2;

  private static final int MAX_WAITING_FOR_A_MAKER = Connections.MAX_CONNECTIONS;
  private static final int MAX_HEADER_BYTES = 8 * 1024;
  private static final int MAX_BODY_BYTES = 1024;
  private static final int MAX_QUEUED_JOBS = 1024;

  /** Connections that wait in the kernel for a place; those of a crowd of slow clients, too. */
  private static final int MAX_BACKLOG = 1024;

  /** What the kernel may hold for each connection; it would be megabytes. */
  private static final int KERNEL_BUFFER_BYTES = 64 * 1024;

  private static final int MAX_BUFFER_BYTES = 64 * 1024;
  private static final long MAX_POOLED_BYTES = 1024L * 1024;
  private static final Duration IDLE_LIMIT = Duration.ofSeconds(30);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(3);

  private final ServerThreads threads = new ServerThreads();
  private final QueuedThreadPool pool;
  private final ThreadPoolExecutor makers;
  private final ScheduledThreadPoolExecutor timeouts;
  private final Connections connections;
  private final HeldBytes memory;
  private final Server server;
  private final LimitedConnector connector;
  private final Pulse pulse;

  /** Null if Jetty could not be started. */
  private @Nullable ManagedSelector selector;

  /**
   * Starts to serve.
   *
   * @param port 0 for any that is free
   */
  JettyServer(Options options, int port, Map<String, Source> sources) throws Exception {
    connections = new Connections(options.limits(), System::nanoTime);
    memory = new HeldBytes(connections::dropOldestWriting);
    pool = newPool(threads);
    makers = newMakers(threads);
    timeouts = new ScheduledThreadPoolExecutor(1, threads);
    timeouts.setRemoveOnCancelPolicy(true);
    server = new Server(pool, new ScheduledExecutorScheduler(timeouts), newBufferPool());
    connector = new LimitedConnector(server, connections, protocol());
    connector.setHost(options.address().getHostAddress());
    connector.setPort(port);
    connector.setIdleTimeout(IDLE_LIMIT.toMillis());
    connector.setAcceptQueueSize(MAX_BACKLOG);
    connector.setAcceptedSendBufferSize(KERNEL_BUFFER_BYTES);
    connector.setAcceptedReceiveBufferSize(KERNEL_BUFFER_BYTES);
    server.addConnector(connector);
    server.setErrorHandler(new Refusal());
    SizeLimitHandler bounded = new SizeLimitHandler(MAX_BODY_BYTES, -1);
    bounded.setHandler(
        new Router(
            sources, options.address().isLoopbackAddress(), connections, memory, makers, timeouts));
    server.setHandler(bounded);
    boolean started = false;
    try {
      server.start();
      ManagedSelector only =
          connector.getSelectorManager().getBeans(ManagedSelector.class).iterator().next();
      selector = only;
      pulse = new Pulse(only, options.limits().silence());
      started = true;
    } finally {
      if (!started) {
        stop();
      }
    }
  }

  private static QueuedThreadPool newPool(ServerThreads threads) {
    QueuedThreadPool pool =
        new QueuedThreadPool(
            OWN_THREADS + MAX_REQUESTS,
            OWN_THREADS,
            (int) IDLE_LIMIT.toMillis(),
            0,
            new ArrayBlockingQueue<>(MAX_QUEUED_JOBS),
            null,
            threads);
    pool.setStopTimeout(STOP_LIMIT.toMillis() / 3);
    return pool;
  }

  private static ThreadPoolExecutor newMakers(ServerThreads threads) {
    ThreadPoolExecutor makers =
        new ThreadPoolExecutor(
            MAX_MAKERS,
            MAX_MAKERS,
            IDLE_LIMIT.toMillis(),
            TimeUnit.MILLISECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING_FOR_A_MAKER),
            threads);
    makers.allowCoreThreadTimeOut(true);
    return makers;
  }

  private static ArrayByteBufferPool newBufferPool() {
    return new ArrayByteBufferPool(0, -1, MAX_BUFFER_BYTES, -1, MAX_POOLED_BYTES, MAX_POOLED_BYTES);
  }

  private static HttpConnectionFactory protocol() {
    HttpConfiguration http = new HttpConfiguration();
    http.setRequestHeaderSize(MAX_HEADER_BYTES);
    http.setSendServerVersion(false);
    http.setSendXPoweredBy(false);
    // A client that has been answered makes way for the next: connections kept for later would use
    // up the limit.
    http.setPersistentConnectionsEnabled(false);
    return new HttpConnectionFactory(http);
  }

  /** Where it listens. */
  int port() {
    return connector.getLocalPort();
  }

  /** For tests, which end parts of it. */
  LimitedConnector connector() {
    return connector;
  }

  /** How much memory its answers hold. */
  HeldBytes memory() {
    return memory;
  }

  /** Closes connections that have taken too long; returns whether there are others. */
  boolean sweep() {
    return connections.sweep();
  }

  /**
   * Asks the threads whether they go on, or looks whether they have answered. To be called again
   * and again. Does not allocate.
   *
   * @return false if they have not answered for too long
   */
  boolean checkPulse() {
    return pulse.check(System.nanoTime());
  }

  /** Whether threads have been asked that have not answered yet. */
  boolean isAwaited() {
    return pulse.isAwaited();
  }

  /**
   * Stops everything and closes all sockets, in a bounded time: Jetty's own stop waits for threads
   * that may have ended.
   */
  void stop() {
    Thread stopper = ServerThreads.newThread("stop", this::stopJetty);
    stopper.start();
    if (!joined(stopper, STOP_LIMIT)) {
      stopper.interrupt();
      boolean _ = joined(stopper, STOP_LIMIT);
    }
    makers.shutdownNow();
    timeouts.shutdownNow();
    closeSockets();
    awaitEnd(makers);
    awaitEnd(timeouts);
  }

  /** Waits for a second at the most: a gauge may hang, or be what closes the server. */
  private static void awaitEnd(ExecutorService executor) {
    try {
      boolean _ = executor.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stopJetty() {
    try {
      server.stop();
    } catch (Exception failure) {
      LOGGER.log(Level.DEBUG, "the metrics server was stopped by force", failure);
    }
  }

  /** A selector that is closed closes what it was waiting for, which otherwise stays open. */
  private void closeSockets() {
    connections.closeAll();
    try {
      if (connector.getTransport() instanceof ServerSocketChannel listening) {
        listening.close();
      }
      Selector waiting = selector == null ? null : selector.getSelector();
      if (waiting != null) {
        waiting.close();
      }
    } catch (IOException failure) {
      LOGGER.log(Level.WARNING, "a socket of the metrics server could not be closed", failure);
    }
  }

  /** Waits, also if this thread is interrupted, which it then is afterwards. */
  private static boolean joined(Thread thread, Duration limit) {
    boolean interrupted = Thread.interrupted();
    try {
      long endNanos = System.nanoTime() + limit.toNanos();
      while (thread.isAlive()) {
        long leftNanos = endNanos - System.nanoTime();
        if (leftNanos <= 0) {
          return false;
        }
        try {
          thread.join(Duration.ofNanos(leftNanos));
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      return true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * A question that goes the way of a request: through the selector, and on to a thread of the
   * pool. While all of those work it counts as answered. Looks are counted, and not time, as the
   * process may have been stopped meanwhile.
   */
  private final class Pulse implements ManagedSelector.SelectorUpdate, Runnable {
    private final ManagedSelector selector;
    private final long maxSilentLooks;

    /** Set by the supervisor, cleared by a thread of the pool. */
    private volatile boolean asked;

    /** Cleared by the supervisor, set by the thread of the selector. */
    private volatile boolean selected;

    // The supervisor's own.
    private long askedNanos = System.nanoTime();
    private long silentLooks;

    private Pulse(ManagedSelector selector, Duration limit) {
      this.selector = selector;
      this.maxSilentLooks = Math.max(1, limit.toNanos() / Supervisor.BUSY_NANOS);
    }

    private boolean check(long nowNanos) {
      if (asked && selected && allAreBusy()) {
        asked = false;
      }
      if (asked || !connector.checkAcceptor()) {
        silentLooks++;
      } else {
        silentLooks = 0;
        if (nowNanos - askedNanos >= Supervisor.REST_NANOS) {
          askedNanos = nowNanos;
          ask();
        }
      }
      return silentLooks < maxSilentLooks;
    }

    private void ask() {
      selected = false;
      asked = true;
      boolean submitted = false;
      try {
        selector.submit(this);
        submitted = true;
      } finally {
        asked = submitted && asked;
      }
    }

    private boolean isAwaited() {
      return asked || silentLooks > 0;
    }

    private boolean allAreBusy() {
      return pool.getIdleThreads() == 0 && pool.getThreads() >= pool.getMaxThreads();
    }

    @Override
    public void update(@Nullable Selector ignored) {
      selected = true;
      pool.execute(this);
    }

    @Override
    public void run() {
      asked = false;
    }
  }
}
