package io.tourbillon.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DocumentationTest {
  private static final Path PACKAGE_INFO =
      Path.of("src/main/java/io/tourbillon/metrics/package-info.java");

  @Test
  void tables_ofThePackage_haveExactlyTheMetersThatThereAre() throws Exception {
    TreeSet<String> described =
        Pattern.compile("<tr><td>\\{@code (tourbillon[a-z.]+)}</td>")
            .matcher(Files.readString(PACKAGE_INFO))
            .results()
            .map((MatchResult row) -> row.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    try (Everything everything = new Everything()) {
      everything.bindTo(registry);
    }
    assertEquals(
        registry.getMeters().stream()
            .map(Meter::getId)
            .map(Meter.Id::getName)
            .collect(Collectors.toCollection(TreeSet::new)),
        described);
  }
}
