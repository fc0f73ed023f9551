package io.tourbillon.metrics.server;

import java.time.Duration;

/**
 * How long a connection may take, whatever it sends or reads meanwhile.
 *
 * @param header until the header of its request has arrived
 * @param life until it is closed
 * @param silence how long the threads of the server may not answer to each other before they count
 *     as dead and the server is started anew
 */
public record Limits(Duration header, Duration life, Duration silence) {
  /** Those of a {@link io.tourbillon.metrics.MetricsServer}. */
  public static final Limits DEFAULT =
      new Limits(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofSeconds(5));
}
