/**
 * Metrics of timers and coroutines for Micrometer, and a small server that shows them.
 *
 * <p>The server needs modules that this one does not resolve by itself: start the JVM with {@code
 * --add-modules org.eclipse.jetty.server,tools.jackson.databind}, unless your own module requires
 * them.
 */
module io.tourbillon.metrics {
  requires HdrHistogram;
  requires transitive io.tourbillon.coroutine;
  requires transitive micrometer.core;
  requires static io.prometheus.metrics.model;
  requires static transitive micrometer.registry.prometheus;
  requires static org.eclipse.jetty.server;
  requires static transitive org.jspecify;
  requires static tools.jackson.databind;

  exports io.tourbillon.metrics;

  opens io.tourbillon.metrics.server to
      tools.jackson.databind;
}
