package io.tourbillon.metrics.server;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.timer.TimerService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.SizeLimitHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.jspecify.annotations.Nullable;

/** Jetty, with a limit on everything. Its threads are daemons and rest when nobody asks. */
public final class Endpoint implements AutoCloseable {
  /** An acceptor, as without one Jetty hangs up on who is beyond the limit, and a selector. */
  private static final int OWN_THREADS = 2;

  private static final int MAX_REQUESTS = 8;
  private static final int MAX_CONNECTIONS = 64;
  private static final int MAX_HEADER_BYTES = 8 * 1024;
  private static final int MAX_BODY_BYTES = 1024;
  private static final int MAX_QUEUED_JOBS = 1024;
  private static final Duration IDLE_LIMIT = Duration.ofSeconds(30);
  private static final Duration IDLE_LIMIT_IN_A_CROWD = Duration.ofSeconds(1);

  private final Server server;
  private final ServerConnector connector;

  private Endpoint(Server server, ServerConnector connector) {
    this.server = server;
    this.connector = connector;
  }

  /**
   * What to serve, and where.
   *
   * @param port 0 for any that is free
   * @param stallLimit how long something may make no progress before it counts as stalled
   * @param lifeLimit how long a connection may last
   */
  public record Options(
      InetAddress address,
      int port,
      PrometheusMeterRegistry registry,
      @Nullable TimerService timers,
      @Nullable CoroutineScheduler scheduler,
      Duration stallLimit,
      Duration lifeLimit) {}

  /**
   * Starts to serve.
   *
   * @throws UncheckedIOException if it can not listen there; says why
   */
  public static Endpoint start(Options options) {
    Server server =
        new Server(threads(), new ScheduledExecutorScheduler("tourbillon-metrics", true), null);
    ServerConnector connector =
        new ServerConnector(server, 1, 1, new HttpConnectionFactory(configuration()));
    connector.setHost(options.address().getHostAddress());
    connector.setPort(options.port());
    connector.setIdleTimeout(IDLE_LIMIT.toMillis());
    connector.setAcceptQueueSize(MAX_CONNECTIONS);
    connector.addBean(new ConnectionLifetime(server.getScheduler(), options.lifeLimit()));
    server.addConnector(connector);
    server.setErrorHandler(new Refusal());
    server.addBean(connectionLimit(server));
    SizeLimitHandler bounded = new SizeLimitHandler(MAX_BODY_BYTES, -1);
    bounded.setHandler(new Router(sources(options), options.address().isLoopbackAddress()));
    server.setHandler(bounded);
    try {
      server.start();
    } catch (Exception failure) {
      stop(server, failure);
      throw notListening(options, failure);
    }
    return new Endpoint(server, connector);
  }

  private static QueuedThreadPool threads() {
    QueuedThreadPool threads =
        new QueuedThreadPool(
            OWN_THREADS + MAX_REQUESTS,
            OWN_THREADS,
            (int) IDLE_LIMIT.toMillis(),
            new ArrayBlockingQueue<>(MAX_QUEUED_JOBS));
    threads.setName("tourbillon-metrics");
    threads.setDaemon(true);
    threads.setReservedThreads(0);
    return threads;
  }

  /** Where all connections are taken, those that say nothing make way for others soon. */
  private static NetworkConnectionLimit connectionLimit(Server server) {
    NetworkConnectionLimit limit = new NetworkConnectionLimit(MAX_CONNECTIONS, server);
    limit.setEndPointIdleTimeout(IDLE_LIMIT_IN_A_CROWD.toMillis());
    return limit;
  }

  private static HttpConfiguration configuration() {
    HttpConfiguration http = new HttpConfiguration();
    http.setRequestHeaderSize(MAX_HEADER_BYTES);
    http.setSendServerVersion(false);
    http.setSendXPoweredBy(false);
    // Whoever has asked makes way for the next: connections kept for later would use up the limit.
    http.setPersistentConnectionsEnabled(false);
    return http;
  }

  private static Map<String, Source> sources(Options options) {
    Map<String, Source> sources = new HashMap<>();
    sources.put("/", Asset.html("page.html"));
    sources.put("/page.js", Asset.script("page.js"));
    sources.put("/page.css", Asset.css("page.css"));
    sources.put("/chart.js", Asset.chart());
    sources.put("/metrics", new Scrape(options.registry()));
    sources.put("/health", new Health(options));
    LiveFeed feed =
        new LiveFeed(
            options.timers(), options.scheduler(), System::nanoTime, InstantSource.system());
    sources.put("/live", new Live(feed));
    if (options.timers() != null) {
      sources.put("/dump/timers", Dump.of(options.timers()));
    }
    if (options.scheduler() != null) {
      sources.put("/dump/coroutines", Dump.of(options.scheduler()));
    }
    return sources;
  }

  private static UncheckedIOException notListening(Options options, Exception failure) {
    String place = "port " + options.port() + " of " + options.address().getHostAddress();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return new UncheckedIOException(
            "the metrics server must be able to listen at " + place + ": " + cause.getMessage(),
            (BindException) cause);
      }
    }
    return new UncheckedIOException(
        "the metrics server could not be started at " + place, new IOException(failure));
  }

  private static void stop(Server server, Exception reason) {
    try {
      server.stop();
    } catch (Exception failure) {
      reason.addSuppressed(failure);
    }
  }

  /** Where it listens. */
  public int port() {
    return connector.getLocalPort();
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception failure) {
      throw new IllegalStateException("the metrics server could not be stopped", failure);
    }
  }
}
