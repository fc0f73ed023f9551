package io.tourbillon.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A real Prometheus scrapes a real server. */
@Tag("programs")
@Timeout(120)
class PrometheusTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private final Everything everything = new Everything();
  private final MetricsServer server =
      MetricsServer.builder()
          .timers(everything.timers)
          .scheduler(everything.scheduler)
          .durable(everything.durable)
          .build();
  private PrometheusServer prometheus;

  @BeforeEach
  void start() throws Exception {
    prometheus = PrometheusServer.start(folder, server.uri());
    // Waits for two scrapes, because a rate needs two.
    prometheus.await("rate(tourbillon_timer_runs_total[10s]) > 0", PATIENCE);
    prometheus.await("rate(tourbillon_coroutine_switches_total[10s]) > 0", PATIENCE);
  }

  @AfterEach
  void stop() {
    if (prometheus != null) {
      prometheus.close();
    }
    server.close();
    everything.close();
  }

  private double value(String query) throws Exception {
    JsonNode result = prometheus.query(query);
    assertEquals(1, result.size(), () -> query + ": " + result);
    return Double.parseDouble(result.get(0).get("value").get(1).asString());
  }

  @Test
  void query_ofWhatIsThere_answers() throws Exception {
    assertEquals("up", prometheus.targets().get(0).get("health").asString());
    assertTrue(value("tourbillon_timer_pending") >= 900);
    // The states are counted one after the other, so that a turn may count twice.
    assertEquals(20, value("sum(tourbillon_coroutine_live)"), 2);
    assertTrue(value("tourbillon_timer_exceptions_total") >= 1);
    double p99 =
        value(
            "histogram_quantile(0.99, sum by (le) (rate(tourbillon_timer_lateness_seconds_bucket[10s])))");
    assertTrue(p99 > 0 && p99 < 10, "p99 of lateness: " + p99);
    assertEquals(
        1, prometheus.query("tourbillon_coroutine_loop_dead{loop=~\".*script.*-1\"} == 0").size());
  }

  @Test
  void query_eachOfTheDashboard_hasData() throws Exception {
    for (String query : Dashboard.queries()) {
      JsonNode result = prometheus.query(query);
      assertFalse(result.isEmpty(), query);
      assertNotEquals("NaN", result.get(0).get("value").get(1).asString(), query);
    }
  }
}
