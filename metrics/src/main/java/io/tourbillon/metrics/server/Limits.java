package io.tourbillon.metrics.server;

import java.time.Duration;

/**
 * Time limits of a server. Those of a connection hold whatever it sends or reads meanwhile.
 *
 * @param header until the header of the request has arrived
 * @param life until the connection is closed
 * @param silence how long the threads of the server may not respond to each other before they count
 *     as dead and the server is restarted
 */
public record Limits(Duration header, Duration life, Duration silence) {
  /** The limits of a {@link io.tourbillon.metrics.MetricsServer}. */
  public static final Limits DEFAULT =
      new Limits(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofSeconds(5));
}
