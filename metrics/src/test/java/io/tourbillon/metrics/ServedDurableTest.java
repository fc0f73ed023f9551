package io.tourbillon.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.durable.DurableTimers;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the server shows of durable timers. */
@Timeout(60)
class ServedDurableTest {
  @TempDir private Path folder;
  private Path file;
  private DurableTimers timers;
  private MetricsServer server;
  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeEach
  void open() {
    file = folder.resolve("timers.db");
    timers =
        DurableTimers.open(file)
            .handler("works", firing -> {})
            .lease(Duration.ofSeconds(1))
            .build();
    server = MetricsServer.builder().durable(timers).build();
  }

  @AfterEach
  void close() {
    http.shutdownNow();
    server.close();
    timers.close();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(server.uri().resolve(path)).timeout(Duration.ofSeconds(20)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> awaitHealth(int status) throws Exception {
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    HttpResponse<String> response = get("/health");
    while (response.statusCode() != status) {
      assertTrue(System.nanoTime() - deadlineNanos < 0, response.body());
      TimeUnit.MILLISECONDS.sleep(20);
      response = get("/health");
    }
    return response;
  }

  @Test
  void metrics_byDefault_haveTheMeters() throws Exception {
    String body = get("/metrics").body();
    assertTrue(body.contains("\ntourbillon_durable_shards_owned 1.0\n"), body);
  }

  @Test
  void live_afterASecond_tellsWhatWasDone() throws Exception {
    get("/live");
    timers.schedule("works", "a", Instant.now(), new byte[0]).join();
    timers.schedule("none<b>", "a", Instant.now(), new byte[0]).join();
    while (timers.stats().fired() < 1 || timers.stats().unknownHandlers().isEmpty()) {
      Thread.onSpinWait();
    }
    JsonNode samples;
    do {
      TimeUnit.MILLISECONDS.sleep(50);
      samples = JsonMapper.shared().readTree(get("/live").body()).get("samples");
    } while (samples.isEmpty());
    JsonNode sample = samples.get(0).get("durable");
    assertTrue(sample.get("scheduled").asDouble() > 0, sample::toString);
    assertTrue(sample.get("fired").asDouble() > 0, sample::toString);
    assertTrue(sample.get("lateness").get("max").asDouble() > 0, sample::toString);
    assertTrue(sample.get("commit").get("max").asDouble() > 0, sample::toString);
    assertEquals(1, sample.get("ownedShards").asInt());
    assertEquals(1, sample.get("leaseSeconds").asDouble());
    assertEquals("none<b>", sample.get("unknownHandlers").get(0).asString());
    assertTrue(samples.get(0).get("timers").isNull(), samples::toString);
  }

  @Test
  void health_withTheLease_isGood() throws Exception {
    assertEquals(
        "{\"healthy\":true,\"parts\":{\"durable timers\":\"UP\"}}", awaitHealth(200).body());
  }

  /** Another program locks the file, so that the lease cannot be renewed. */
  @Test
  void health_whileTheLeaseIsOverdue_isUnavailable() throws Exception {
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = other.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 10000");
      statement.execute("BEGIN IMMEDIATE");
      assertEquals(
          "{\"healthy\":false,\"parts\":{\"durable timers\":\"STALLED\"}}",
          awaitHealth(503).body());
      statement.execute("ROLLBACK");
    }
    awaitHealth(200);
  }

  @Test
  void health_ofAClosedService_isUnavailable() throws Exception {
    timers.close();
    assertEquals(
        "{\"healthy\":false,\"parts\":{\"durable timers\":\"CLOSED\"}}", awaitHealth(503).body());
  }
}
