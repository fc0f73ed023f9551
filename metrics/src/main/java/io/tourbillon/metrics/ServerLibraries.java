package io.tourbillon.metrics;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The optional dependencies of this module, all of which {@link MetricsServer} needs. Without this
 * check, a program that lacks one would fail with a {@code NoClassDefFoundError} for some class
 * deep inside.
 */
final class ServerLibraries {
  private static final String CHART_LOCATION = "server/chart-location.txt";

  private ServerLibraries() {}

  /**
   * Checks that all are present. Initialises none of their classes.
   *
   * @throws IllegalStateException if at least one is absent; the message names each such artifact
   */
  static void require() {
    ClassLoader loader = ServerLibraries.class.getClassLoader();
    List<String> absent = new ArrayList<>();
    requireClass(
        "io.micrometer.prometheusmetrics.PrometheusMeterRegistry",
        "io.micrometer:micrometer-registry-prometheus",
        loader,
        absent);
    requireClass(
        "org.eclipse.jetty.server.Server", "org.eclipse.jetty:jetty-server", loader, absent);
    if (loader.getResource(chartLocation()) == null) {
      absent.add("org.webjars.npm:chart.js");
    }
    if (!absent.isEmpty()) {
      throw new IllegalStateException(
          "MetricsServer needs all of its libraries, and these are absent: "
              + String.join(", ", absent)
              + ". Add a dependency on io.tourbillon:tourbillon-metrics-server (type pom), which"
              + " brings them; on the module path, also require their modules or use --add-modules");
    }
  }

  private static void requireClass(
      String name, String artifact, ClassLoader loader, List<String> absent) {
    try {
      Class.forName(name, false, loader);
    } catch (ClassNotFoundException | LinkageError missing) {
      absent.add(artifact);
    }
  }

  private static String chartLocation() {
    try (InputStream file =
        Objects.requireNonNull(ServerLibraries.class.getResourceAsStream(CHART_LOCATION))) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
