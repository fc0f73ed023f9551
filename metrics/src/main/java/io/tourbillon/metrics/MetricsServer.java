package io.tourbillon.metrics;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.metrics.server.Endpoint;
import io.tourbillon.metrics.server.Limits;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.durable.DurableTimers;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A small HTTP server that shows timers and coroutines: {@code /metrics} for Prometheus, {@code
 * /health} for liveness probes, and a live page for people at {@code /}.
 *
 * <pre>{@code
 * try (MetricsServer server = MetricsServer.builder().timers(timers).port(9464).build()) {
 *   System.out.println("see " + server.uri());
 * }
 * }</pre>
 *
 * <p>{@code /metrics} responds in Prometheus' text format, or in OpenMetrics if the scraper prefers
 * that. {@code /health} responds with the status 200, or with 503 if the timers, a loop or the
 * durable timers are stalled, dead or closed; the body says which. Durable timers count as stalled
 * while their lease is overdue, as it is while the database does not answer. It checks whether
 * timers are overdue, and asks the loops. A loop counts as stalled if it has not answered two
 * requests that are at least the {@linkplain Builder#stallLimit stall limit} apart, and has given
 * no turn in between. So it takes at least two requests to find a stalled loop. {@code
 * /dump/timers} responds with the text of {@link TimerService#dump}, which counts pending timers by
 * deadline and by tag, and {@code /dump/coroutines} with the text of {@link
 * CoroutineScheduler#dump}, each at most four times a second.
 *
 * <p>The server listens on the loopback address unless another is set, and has neither encryption
 * nor passwords: put a proxy in front of it if others can reach it. On the loopback address it
 * responds only to requests for {@code localhost} or a numeric address, so that no page on the
 * Internet can read it through a browser on this machine. Requests change nothing and stop no loop.
 * As an example, nginx adds a password and TLS on the same machine so:
 *
 * <pre>{@code
 * server {
 *   listen 443 ssl;
 *   ssl_certificate     /etc/nginx/metrics.pem;
 *   ssl_certificate_key /etc/nginx/metrics.key;
 *   location = /metrics {
 *     auth_basic           "metrics";
 *     auth_basic_user_file /etc/nginx/metrics.users;     # from htpasswd
 *     proxy_pass           http://127.0.0.1:9464;
 *   }
 * }
 * }</pre>
 *
 * <p>Everything is bounded, so that slow or hostile clients cost the process little:
 *
 * <ul>
 *   <li>A request has at most 8 KiB of header, which must arrive within 5 seconds, and at most 1
 *       KiB of body.
 *   <li>There are at most 256 connections, and each lasts for at most half a minute. If all are in
 *       use and one more client connects, the server closes the oldest one that waits for its
 *       client, or else the oldest one that waits for its response. So a probe gets its response
 *       within a second.
 *   <li>All responses together hold at most 16 MiB, from when they are made until they have been
 *       sent. If they need more, the server drops the response that it has been sending for
 *       longest. A response that is too long by itself is not sent; the server logs that.
 *   <li>At most two responses are made at a time, but {@code /health} does not wait for them. At
 *       most one dump of each kind is made or sent at a time, and at most one in a quarter of a
 *       second. It has at most 1 Mi characters, and says how much was left out.
 *   <li>If a response cannot be made at once, the server tries again for about two seconds. Then it
 *       responds with the status 503 and a header {@code Retry-After}.
 * </ul>
 *
 * <p>After an {@code OutOfMemoryError} the server responds again when there is memory. If the error
 * has ended one of its threads, the server restarts on the same port within some seconds, and logs
 * a warning. After its start it requests each of its paths once, so that no class has to be
 * initialised later, when there may be no memory for that.
 *
 * <p>Its threads, at most ten under load, are daemons and inherit nothing from the thread that
 * builds the server. While there are no requests they rest, except for a check every two seconds
 * that they still respond.
 *
 * <p>Needs {@code io.micrometer:micrometer-registry-prometheus}, {@code
 * org.eclipse.jetty:jetty-server} and, for the live page, {@code org.webjars.npm:chart.js}. These
 * are optional dependencies of this module: a program that uses this class declares them, or {@code
 * io.tourbillon:tourbillon-metrics-server} (type {@code pom}), which brings them. The binders do
 * not need them.
 *
 * <p>Thread-safe.
 */
public final class MetricsServer implements AutoCloseable {
  private final Endpoint endpoint;
  private final InetAddress address;

  /** Closed together with the server; null if the registry is the user's. */
  private final @Nullable PrometheusMeterRegistry ownRegistry;

  private MetricsServer(
      Endpoint endpoint, InetAddress address, @Nullable PrometheusMeterRegistry ownRegistry) {
    this.endpoint = endpoint;
    this.address = address;
    this.ownRegistry = ownRegistry;
  }

  /**
   * Returns a builder with the default options.
   *
   * @throws IllegalStateException if a library that the server needs is absent; the message names
   *     its artifact
   */
  public static Builder builder() {
    ServerLibraries.require();
    return new Builder();
  }

  /** Returns the port that the server listens on, or listened on before it was closed. */
  public int port() {
    return endpoint.port();
  }

  /**
   * Returns the address of the page: the loopback address if the server listens on all addresses.
   * Closing the server does not change it.
   */
  public URI uri() {
    InetAddress reachable =
        address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address;
    String host = reachable.getHostAddress();
    return URI.create(
        "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port() + "/");
  }

  /**
   * Stops listening and closes all connections. Does not close the timers, the scheduler, or a
   * registry that was given to the builder.
   */
  @Override
  public void close() {
    endpoint.close();
    if (ownRegistry != null) {
      ownRegistry.close();
    }
  }

  /**
   * Options of a server; each method returns this builder. Not thread-safe. A builder may build any
   * number of servers.
   */
  public static final class Builder {
    private static final int LAST_PORT = 65_535;

    private @Nullable PrometheusMeterRegistry registry;
    private @Nullable TimerService timers;
    private @Nullable CoroutineScheduler scheduler;
    private @Nullable DurableTimers durable;
    private InetAddress address = InetAddress.getLoopbackAddress();
    private int port;
    private Duration stallLimit = Duration.ofSeconds(5);

    private Builder() {}

    /**
     * Sets the registry that {@code /metrics} shows. The server adds no meters to it: bind {@link
     * TimerMetrics}, {@link CoroutineMetrics} and {@link DurableMetrics} to it as you need. By
     * default, the server has a registry of its own, with the meters of all that it is given.
     */
    @SuppressWarnings("exports") // Code that has such a registry requires its module.
    public Builder registry(PrometheusMeterRegistry registry) {
      this.registry = Objects.requireNonNull(registry, "registry");
      return this;
    }

    /** Sets the timers that the page and {@code /health} show. */
    public Builder timers(TimerService timers) {
      this.timers = Objects.requireNonNull(timers, "timers");
      return this;
    }

    /** Sets the scheduler whose coroutines the page and {@code /health} show. */
    public Builder scheduler(CoroutineScheduler scheduler) {
      this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
      return this;
    }

    /** Sets the durable timers that the page and {@code /health} show. */
    public Builder durable(DurableTimers timers) {
      this.durable = Objects.requireNonNull(timers, "timers");
      return this;
    }

    /**
     * Sets the address to listen on. The default is the loopback address. On any other address the
     * server does not check the host of a request, and anybody who can reach that address can read
     * the names of timers and coroutines there, and request dumps.
     */
    public Builder address(InetAddress address) {
      this.address = Objects.requireNonNull(address, "address");
      return this;
    }

    /**
     * Sets the port to listen on. By default, the server takes any free port, which {@link
     * MetricsServer#port} returns.
     *
     * @param port from 0 to 65535; 0 means any free port
     * @throws IllegalArgumentException if the port is out of that range
     */
    public Builder port(int port) {
      if (port < 0 || port > LAST_PORT) {
        throw new IllegalArgumentException("port must be from 0 to " + LAST_PORT + ": " + port);
      }
      this.port = port;
      return this;
    }

    /**
     * Sets how long a timer may be overdue, or a loop may not answer, before {@code /health}
     * reports it as stalled. The default is 5 s. The limit should be longer than any task or turn
     * may take.
     *
     * @param limit more than zero
     * @throws IllegalArgumentException if the limit is zero or less
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
     * @throws IllegalStateException if there is nothing to serve: no registry, no timers, no
     *     scheduler and no durable timers
     * @throws UncheckedIOException if the server cannot listen there, for example because the port
     *     is in use; the message names the port
     */
    public MetricsServer build() {
      if (registry == null && timers == null && scheduler == null && durable == null) {
        throw new IllegalStateException(
            "there must be something to serve: a registry, timers, a scheduler or durable timers");
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
                  durable,
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
      if (durable != null) {
        new DurableMetrics(durable).bindTo(own);
      }
      return own;
    }
  }
}
