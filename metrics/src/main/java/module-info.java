/**
 * Micrometer meters for timers and coroutines, and a small server that shows them.
 *
 * <p>{@link io.tourbillon.metrics.MetricsServer} needs modules that are optional. A program that
 * uses it must require them in its own module descriptor, or start the JVM with {@code
 * --add-modules org.eclipse.jetty.server,micrometer.registry.prometheus}.
 *
 * <p>{@link io.tourbillon.metrics.ContextPropagation} needs the optional module {@code
 * context.propagation}.
 */
// "module": the target of the qualified export is built after this module. "requires-automatic",
// "requires-transitive-automatic": Micrometer and the client library of Prometheus have no module
// descriptors.
@SuppressWarnings({"module", "requires-automatic", "requires-transitive-automatic"})
module io.tourbillon.metrics {
  exports io.tourbillon.metrics;
  exports io.tourbillon.metrics.internal.health to
      io.tourbillon.spring;

  requires transitive io.tourbillon.coroutine;
  requires transitive micrometer.core;
  requires transitive micrometer.observation;
  // Public signatures carry its annotations.
  requires static transitive org.jspecify;
  // Only DurableMetrics needs this: a runtime without it has all the rest.
  requires static java.sql;
  // Only ContextPropagation needs this. Programs that use it must provide it, and require it.
  requires static context.propagation;
  // Only MetricsServer needs these. Programs that use it must provide them.
  requires static io.prometheus.metrics.model;
  requires static micrometer.registry.prometheus;
  requires static org.eclipse.jetty.server;
}
