package io.tourbillon.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.SpawnOptions;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server that shows coroutines, with a registry of its own. */
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
    return get(server, path);
  }

  private String get(MetricsServer from, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(from.uri().resolve(path)).timeout(Duration.ofSeconds(20)).build();
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

  @Test
  void dump_ofCoroutinesWithLongNames_isBoundedAndSaysHowManyWereLeftOut() throws Exception {
    for (int number = 0; number < 10_000; number++) {
      everything.scheduler.spawn(
          SpawnOptions.named(number + "n".repeat(400)),
          () -> Coroutines.delay(Duration.ofHours(1)));
    }
    String dump = get("/dump/coroutines");
    assertTrue(dump.length() <= 1024 * 1024 + 200, () -> dump.length() + " characters");
    Matcher last = Pattern.compile("\nand (\\d+) more\n\\z").matcher(dump);
    assertTrue(last.find(), () -> dump.substring(dump.length() - 600));
    // The coroutines shown and those left out are all. The first and the last line show none.
    assertEquals(10_020, dump.lines().count() - 2 + Long.parseLong(last.group(1)));
  }

  @Test
  void names_withCharactersThatForgeLines_areReplacedInDumpsAndHealth() throws Exception {
    String hostile = "name\n999 coroutines\u001B[2J\u0000\u202E\uD800";
    CoroutineScheduler other =
        CoroutineScheduler.builder().engine(Engine.HANDOFF).loops(1).name(hostile).build();
    try (MetricsServer itsServer = MetricsServer.builder().scheduler(other).build()) {
      other.spawn(SpawnOptions.named(hostile), () -> Coroutines.delay(Duration.ofMinutes(1)));
      String dump = get(itsServer, "/dump/coroutines");
      assertEquals(2, dump.lines().count(), dump);
      assertTrue(dump.contains("name\uFFFD999 coroutines\uFFFD[2J\uFFFD\uFFFD\uFFFD "), dump);
      assertTrue(
          dump.contains("; name\uFFFD999 coroutines\uFFFD[2J\uFFFD\uFFFD\uFFFD-loop-0"), dump);
      String health = get(itsServer, "/health");
      assertTrue(health.chars().allMatch(character -> character >= ' ' && character < 127), health);
    } finally {
      other.close(Duration.ZERO);
    }
  }
}
