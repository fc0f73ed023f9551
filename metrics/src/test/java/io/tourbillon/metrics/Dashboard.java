package io.tourbillon.metrics;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The dashboard for Grafana that is in the jar. */
final class Dashboard {
  private Dashboard() {}

  static JsonNode read() throws IOException {
    try (InputStream file =
        Objects.requireNonNull(Dashboard.class.getResourceAsStream("grafana.json"))) {
      return JsonMapper.shared().readTree(file);
    }
  }

  /** Returns all queries, with values in place of the variables of Grafana. */
  static List<String> queries() throws IOException {
    return read().findValuesAsString("expr").stream()
        .map(
            query ->
                query
                    .replace("$job", ".+")
                    .replace("$instance", ".+")
                    .replace("$__rate_interval", "10s"))
        .toList();
  }
}
