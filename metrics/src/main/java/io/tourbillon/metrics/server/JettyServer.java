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
 * One run of Jetty from its start to its stop, with a limit on everything. It is never started
 * again, since nobody knows what an error has left behind in it. The {@link Supervisor} makes
 * another one.
 *
 * <p>After the start, only the thread of the supervisor calls it, apart from {@link #port} and
 * tests.
 */
final class JettyServer {
  private static final System.Logger LOGGER = System.getLogger("io.tourbillon.metrics");

  /**
   * The threads that Jetty itself occupies: an acceptor, which waits for a place, and a selector.
   */
  private static final int OWN_THREADS = 2;

  /** Threads that read requests, send responses, and make the quick responses. */
  private static final int MAX_REQUESTS = 4;

  /** Threads that make all other responses, and so how many of these are made at a time. */
  private static final int MAX_MAKERS = 2;

  private static final int MAX_WAITING_FOR_A_MAKER = Connections.MAX_CONNECTIONS;
  private static final int MAX_HEADER_BYTES = 8 * 1024;
  private static final int MAX_BODY_BYTES = 1024;
  private static final int MAX_QUEUED_JOBS = 1024;

  /**
   * Connections that may wait in the kernel for a place, including those of a crowd of slow
   * clients.
   */
  private static final int MAX_BACKLOG = 1024;

  /**
   * Size of each of the two buffers of a connection in the kernel, which would otherwise grow to
   * megabytes.
   */
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
   * Starts the server.
   *
   * @param port 0 for any free port
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
    // A client that has its response makes way for the next one. Connections that are kept open
    // for later requests would use up the limit.
    http.setPersistentConnectionsEnabled(false);
    return new HttpConnectionFactory(http);
  }

  /** Returns the port that the server listens on. */
  int port() {
    return connector.getLocalPort();
  }

  /** For tests, which break parts of the server. */
  LimitedConnector connector() {
    return connector;
  }

  /** Returns the count of the bytes that its responses hold. */
  HeldBytes memory() {
    return memory;
  }

  /** Closes connections that have taken too long. Returns whether there are other connections. */
  boolean sweep() {
    return connections.sweep();
  }

  /**
   * Asks the threads of the server to respond, or checks whether they have responded. Must be
   * called again and again. Does not allocate.
   *
   * @return false if they have not responded for too long
   */
  boolean checkPulse() {
    return pulse.check(System.nanoTime());
  }

  /** Returns whether a response of the threads is outstanding. */
  boolean isAwaited() {
    return pulse.isAwaited();
  }

  /**
   * Stops everything and closes all sockets. Takes a bounded time, unlike Jetty's own stop, which
   * waits for threads that may have ended.
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

  /** Waits for at most a second, because a gauge may hang, or may itself be closing the server. */
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

  /**
   * Closes the sockets. Closing the selector closes the channels that wait in it, which would
   * otherwise stay open.
   */
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

  /**
   * Waits for the end of a thread, even if this thread is interrupted; the interrupt status is set
   * again afterwards. Returns false if the limit has passed.
   */
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
   * A question that takes the way of a request: through the selector, and on to a thread of the
   * pool. It counts as answered while all threads of the pool are busy. The limit counts calls of
   * {@link #check} and not time, because the process may have been stopped for a while.
   */
  private final class Pulse implements ManagedSelector.SelectorUpdate, Runnable {
    private final ManagedSelector selector;
    private final long maxSilentLooks;

    /**
     * True while a question is not answered. Set by the supervisor; cleared by a thread of the
     * pool, or by the supervisor if all threads are busy or the question was not submitted.
     */
    private volatile boolean asked;

    /**
     * Whether the question has passed the selector. Cleared by the supervisor, set by the thread of
     * the selector.
     */
    private volatile boolean selected;

    // Written and read by the supervisor only.
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
        // Not if it was submitted: a thread of the pool may have cleared it by now.
        if (!submitted) {
          asked = false;
        }
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
