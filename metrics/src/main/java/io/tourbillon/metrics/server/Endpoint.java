package io.tourbillon.metrics.server;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.durable.DurableTimers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The whole server: what it serves, where, and the {@link Supervisor} that keeps it alive. */
public final class Endpoint implements AutoCloseable {
  private final Supervisor supervisor;
  private final int port;

  private Endpoint(Supervisor supervisor, int port) {
    this.supervisor = supervisor;
    this.port = port;
  }

  /**
   * What to serve, and where.
   *
   * @param port 0 for any free port
   * @param stallLimit how long the timers or a loop may make no progress before they count as
   *     stalled
   * @param limits the time limits of connections and threads
   */
  public record Options(
      InetAddress address,
      int port,
      PrometheusMeterRegistry registry,
      @Nullable TimerService timers,
      @Nullable CoroutineScheduler scheduler,
      @Nullable DurableTimers durable,
      Duration stallLimit,
      Limits limits) {}

  /**
   * Starts the server.
   *
   * @throws UncheckedIOException if the server cannot listen there; the message says why
   */
  public static Endpoint start(Options options) {
    Map<String, Source> sources = sources(options);
    JettyServer first;
    try {
      first = new JettyServer(options, options.port(), sources);
    } catch (Exception failure) {
      throw notListening(options, failure);
    }
    int port = first.port();
    Supervisor supervisor = new Supervisor(first, () -> new JettyServer(options, port, sources));
    supervisor.start();
    ServerThreads.newThread("warm-up", new WarmUp(options.address(), port, sources.keySet()))
        .start();
    return new Endpoint(supervisor, port);
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
            options.timers(),
            options.scheduler(),
            options.durable(),
            System::nanoTime,
            InstantSource.system());
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

  /** Returns the port that the server listens on, or listened on before it was closed. */
  public int port() {
    return port;
  }

  /** Returns the current server. */
  JettyServer server() {
    return supervisor.server();
  }

  @Override
  public void close() {
    supervisor.close();
  }
}
