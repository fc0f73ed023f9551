package io.tourbillon.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server that looks at coroutines, without a registry of the user's. */
@Timeout(60)
class ServedSchedulerTest {
  private final Everything everything = new Everything();
  private final MetricsServer server =
      MetricsServer.builder().timers(everything.timers).scheduler(everything.scheduler).build();
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    http.shutdownNow();
    server.close();
    everything.close();
  }

  private String get(String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(server.uri().resolve(path)).timeout(Duration.ofSeconds(20)).build();
    var response = http.send(request, BodyHandlers.ofString());
    assertEquals(200, response.statusCode(), response::body);
    return response.body();
  }

  @Test
  void metrics_byDefault_areThoseOfWhatIsServed() throws Exception {
    String metrics = get("/metrics");
    assertTrue(metrics.contains("\ntourbillon_timer_pending "), metrics);
    assertTrue(metrics.contains("\ntourbillon_coroutine_spawned_total 20.0\n"), metrics);
  }

  @Test
  void health_ofLoops_namesEach() throws Exception {
    JsonNode parts = JsonMapper.shared().readTree(get("/health")).get("parts");
    assertEquals("UP", parts.get("timers").asString());
    everything
        .scheduler
        .stats()
        .loops()
        .forEach(loop -> assertEquals("UP", parts.get("loop " + loop.name()).asString()));
  }

  @Test
  void dump_ofCoroutines_namesThemAndWhatTheyWaitFor() throws Exception {
    String dump = get("/dump/coroutines");
    assertTrue(dump.startsWith("20 coroutines\n" + Everything.HOSTILE), dump);
    assertTrue(dump.contains(" s on a delay; "), dump);
  }

  @Test
  void live_polledTwice_hasASampleOfBoth() throws Exception {
    JsonNode samples = JsonMapper.shared().readTree(get("/live")).get("samples");
    while (samples.isEmpty()) {
      Thread.onSpinWait();
      samples = JsonMapper.shared().readTree(get("/live")).get("samples");
    }
    JsonNode sample = samples.get(0);
    assertTrue(sample.get("timers").get("runs").asDouble() > 0, sample::toString);
    assertEquals(2, sample.get("coroutines").get("loops").size(), sample::toString);
  }
}
