package io.tourbillon.metrics;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.metrics.server.Endpoint;
import io.tourbillon.metrics.server.Limits;
import io.tourbillon.timer.TimerService;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A small HTTP server to look at timers and coroutines: {@code /metrics} for Prometheus, {@code
 * /health} for whoever restarts what hangs, and a live page for people at {@code /}.
 *
 * <pre>{@code
 * try (MetricsServer server = MetricsServer.builder().timers(timers).port(9464).build()) {
 *   System.out.println("see " + server.uri());
 * }
 * }</pre>
 *
 * <p>{@code /metrics} answers in Prometheus' text format or, where the scraper accepts that better,
 * in OpenMetrics. {@code /health} answers 200, or 503 if the timers or a loop do not go on, and
 * tells which; it finds out by looking for timers that are overdue, and by asking the loops, of
 * which one that is held up is known by the second time it is asked. {@code /dump/timers} answers
 * with the text of {@link TimerService#dump}, pending timers by deadline and by tag, and {@code
 * /dump/coroutines} with that of {@link CoroutineScheduler#dump}, at most four times a second each.
 *
 * <p>It listens on the loopback address unless told otherwise, changes nothing, and has neither
 * encryption nor passwords: put a proxy in front of it where others can reach it. On the loopback
 * address it answers only requests for {@code localhost} or an address in digits, so that no page
 * on the Internet can read it through a browser on this machine. Requests are read only, and stop
 * no loop.
 *
 * <p>Everything is bounded, so that clients that are slow or hostile cost the process little:
 *
 * <ul>
 *   <li>A request has 8 KiB of header, which arrive within 5 seconds, and 1 KiB of body.
 *   <li>There are 256 connections, of half a minute at the most. Where one more client connects,
 *       the connection makes way that has waited for its client for longest; so a probe is answered
 *       within a second.
 *   <li>All answers together hold 16 MiB, from when they are made until they have been read. Where
 *       that is not enough, the oldest that is being read makes way; an answer that is longer by
 *       itself is not sent, and logged.
 *   <li>Two answers are made at a time, but {@code /health} waits for none of them. One dump of
 *       each kind is made or read at a time, and one in a quarter of a second; it has 1 Mi
 *       characters at the most, and says what was left out.
 *   <li>What cannot be made at once is tried again for about two seconds. Then the answer is 503
 *       with a header {@code Retry-After}.
 * </ul>
 *
 * <p>After an {@code OutOfMemoryError} it answers again when there is memory: where that has ended
 * one of its threads, it starts itself anew at the same port within some seconds, and logs a
 * warning. Once it has started it asks itself for everything once, so that no class has to be
 * initialised when there is no memory for that.
 *
 * <p>Its threads, ten when it has much to do, are daemons and inherit nothing from the thread that
 * builds it. They rest when nobody asks, but for a look every two seconds whether they go on.
 *
 * <p>Needs {@code io.micrometer:micrometer-registry-prometheus}, {@code
 * org.eclipse.jetty:jetty-server} and {@code tools.jackson.core:jackson-databind}, which are
 * optional dependencies of this module: whoever serves names them, and the binders do without.
 *
 * <p>Thread-safe.
 */
public final class MetricsServer implements AutoCloseable {
  private final Endpoint endpoint;
  private final InetAddress address;

  /** To be closed with the server; null if the registry is the user's. */
  private final @Nullable PrometheusMeterRegistry ownRegistry;

  private MetricsServer(
      Endpoint endpoint, InetAddress address, @Nullable PrometheusMeterRegistry ownRegistry) {
    this.endpoint = endpoint;
    this.address = address;
    this.ownRegistry = ownRegistry;
  }

  /** Configures a server. */
  public static Builder builder() {
    return new Builder();
  }

  /** The port that it listens on; the one that it listened on, once it is closed. */
  public int port() {
    return endpoint.port();
  }

  /**
   * The address of the page; that on this machine if the server listens on all addresses. Stays the
   * same when it is closed.
   */
  public URI uri() {
    InetAddress reachable =
        address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address;
    String host = reachable.getHostAddress();
    return URI.create(
        "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port() + "/");
  }

  /**
   * Stops listening and closes connections. What was served goes on, and so does a registry that
   * was given.
   */
  @Override
  public void close() {
    endpoint.close();
    if (ownRegistry != null) {
      ownRegistry.close();
    }
  }

  /**
   * What to serve, and where; each method returns this builder. Not thread-safe. A builder may
   * build any number of servers.
   */
  public static final class Builder {
    private static final int LAST_PORT = 65_535;

    private @Nullable PrometheusMeterRegistry registry;
    private @Nullable TimerService timers;
    private @Nullable CoroutineScheduler scheduler;
    private InetAddress address = InetAddress.getLoopbackAddress();
    private int port;
    private Duration stallLimit = Duration.ofSeconds(5);

    private Builder() {}

    /**
     * What {@code /metrics} shows, and nothing is added to it: bind {@link TimerMetrics} and {@link
     * CoroutineMetrics} to it as you please. Without it, the server has a registry of its own, with
     * the meters of the timers and the scheduler that it is given.
     */
    @SuppressWarnings("exports") // Who has such a registry requires its module.
    public Builder registry(PrometheusMeterRegistry registry) {
      this.registry = Objects.requireNonNull(registry, "registry");
      return this;
    }

    /** The timers that the page and {@code /health} look at. */
    public Builder timers(TimerService timers) {
      this.timers = Objects.requireNonNull(timers, "timers");
      return this;
    }

    /** The coroutines that the page and {@code /health} look at. */
    public Builder scheduler(CoroutineScheduler scheduler) {
      this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
      return this;
    }

    /**
     * Where to listen, by default on the loopback address; on another, hosts are not looked at.
     * Anybody who can reach another address can read the names of timers and coroutines there, and
     * ask for dumps.
     */
    public Builder address(InetAddress address) {
      this.address = Objects.requireNonNull(address, "address");
      return this;
    }

    /**
     * The port to listen on, by default any that is free; {@link MetricsServer#port} tells which.
     *
     * @param port from 0, which is any, to 65535
     * @throws IllegalArgumentException if it is out of that range
     */
    public Builder port(int port) {
      if (port < 0 || port > LAST_PORT) {
        throw new IllegalArgumentException("port must be from 0 to " + LAST_PORT + ": " + port);
      }
      this.port = port;
      return this;
    }

    /**
     * How long a timer may be overdue, or a loop not answer, before {@code /health} says that they
     * are stalled; 5 s by default. It should be longer than a task or turn may take.
     *
     * @param limit more than zero
     * @throws IllegalArgumentException if it is not
     */
    public Builder stallLimit(Duration limit) {
      Objects.requireNonNull(limit, "limit");
      if (limit.isNegative() || limit.isZero()) {
        throw new IllegalArgumentException("stallLimit must be more than zero: " + limit);
      }
      stallLimit = limit;
      return this;
    }

    /**
     * Starts the server.
     *
     * @throws IllegalStateException if there is nothing to serve: no registry, no timers and no
     *     scheduler
     * @throws UncheckedIOException if it can not listen there, as when the port is in use; names
     *     the port
     */
    public MetricsServer build() {
      if (registry == null && timers == null && scheduler == null) {
        throw new IllegalStateException(
            "there must be something to serve: a registry, timers or a scheduler");
      }
      PrometheusMeterRegistry own = registry == null ? newRegistry() : null;
      Endpoint endpoint =
          Endpoint.start(
              new Endpoint.Options(
                  address,
                  port,
                  Objects.requireNonNull(own == null ? registry : own),
                  timers,
                  scheduler,
                  stallLimit,
                  Limits.DEFAULT));
      return new MetricsServer(endpoint, address, own);
    }

    private PrometheusMeterRegistry newRegistry() {
      PrometheusMeterRegistry own = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
      if (timers != null) {
        new TimerMetrics(timers).bindTo(own);
      }
      if (scheduler != null) {
        new CoroutineMetrics(scheduler).bindTo(own);
      }
      return own;
    }
  }
}
