/**
 * Metrics of timers and coroutines for Micrometer, and a small server that shows them.
 *
 * <p>{@link io.tourbillon.metrics.MetricsServer} needs modules that are optional: a program that
 * uses it requires them in its own descriptor, or starts the JVM with {@code --add-modules
 * org.eclipse.jetty.server,tools.jackson.databind,micrometer.registry.prometheus}.
 */
// "requires-automatic", "requires-transitive-automatic": Micrometer and the library of Prometheus
// have no module descriptors.
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module io.tourbillon.metrics {
  exports io.tourbillon.metrics;

  // Its records are written as JSON.
  opens io.tourbillon.metrics.server to
      tools.jackson.databind;

  requires transitive io.tourbillon.coroutine;
  requires transitive micrometer.core;
  // Annotations that public signatures bear.
  requires static transitive org.jspecify;
  // For MetricsServer only, whose users bring them.
  requires static io.prometheus.metrics.model;
  requires static micrometer.registry.prometheus;
  requires static org.eclipse.jetty.server;
  requires static tools.jackson.databind;
}
