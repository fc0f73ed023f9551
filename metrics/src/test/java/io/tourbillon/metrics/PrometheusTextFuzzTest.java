package io.tourbillon.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.ImmutableTag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.NamingConvention;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.metrics.Exposition.Malformed;
import io.tourbillon.metrics.Exposition.Sample;
import io.tourbillon.timer.TimerService;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever tags, names and values are given: a strict parser reads what the server writes in both
 * formats, and finds the values again. Or the binder refuses the tags, and registers nothing.
 */
@Timeout(170)
class PrometheusTextFuzzTest {
  private static final int FEW = 200;
  private static final int MANY = 10_000;

  private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0";
  private static final String TEXT = "text/plain; version=0.0.4";

  private static final List<String> PIECES =
      List.of(
          "",
          "a",
          "Z",
          "_",
          "__",
          "0",
          ".",
          "-",
          ":",
          " ",
          "\"",
          "\\",
          "\\n",
          "\n",
          "\r",
          "\t",
          "\u0000",
          "\u001b[0m",
          "\u007f",
          "\u0085",
          "\u2028",
          "\ufeff",
          "\u00e9",
          "e\u0301",
          "\u4e2d",
          "\ud83d\ude00",
          "\ud800",
          "\udc00",
          "}",
          "{",
          ",",
          "=",
          "#",
          "# EOF",
          "le",
          "level",
          "phi",
          "loop",
          "total",
          "_total",
          "x".repeat(3_000));

  private static final double[] VALUES = {
    0,
    -0.0,
    1,
    -1.5,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.MAX_VALUE,
    -Double.MAX_VALUE,
    Double.MIN_VALUE,
    1e21,
    1e-7,
    1L << 53
  };

  private final TimerService timers = TimerService.builder().recordStats().build();
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final NamingConvention spelling = registry.config().namingConvention();
  private final MetricsServer server = MetricsServer.builder().registry(registry).build();
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    http.shutdownNow();
    server.close();
    registry.close();
    timers.close();
  }

  @Test
  void tagsNamesAndValuesAtRandom_areReadAsTheyWereGiven() throws Exception {
    compare(Long.getLong("tests.metrics.seed", System.nanoTime()), FEW);
  }

  @Test
  @Tag("long")
  void manyTagsNamesAndValuesAtRandom_areReadAsTheyWereGiven() throws Exception {
    compare(Long.getLong("tests.metrics.seed", System.nanoTime()), MANY);
  }

  private void compare(long seed, int count) throws Exception {
    System.out.println("seed of odd tags: -Dtests.metrics.seed=" + seed);
    Random random = new Random(seed);
    int bound = 0;
    for (int number = 0; number < count; number++) {
      Tags tags = tags(random);
      String told = "seed " + seed + ", number " + number + ", tags " + tags;
      try {
        bound += isBoundAndRead(tags, random) ? 1 : 0;
      } catch (RuntimeException | AssertionError fault) {
        throw new AssertionError(told, fault);
      }
    }
    assertTrue(bound > count / 4, "seed " + seed + ": " + bound);
    assertTrue(bound < count, "seed " + seed + ": some tags must be refused");
  }

  private static String text(Random random, int most) {
    StringBuilder text = new StringBuilder();
    for (int count = random.nextInt(most + 1); count > 0; count--) {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return text.toString();
  }

  private static Tags tags(Random random) {
    List<ImmutableTag> tags = new ArrayList<>();
    for (int count = random.nextInt(4); count > 0; count--) {
      tags.add(new ImmutableTag(text(random, 2), text(random, 4)));
    }
    return Tags.of(tags);
  }

  /** What is left of a text after it was written as UTF-8: lone surrogates become marks. */
  private static String encoded(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  private Map<String, String> labels(Tags tags) {
    Map<String, String> labels = new TreeMap<>();
    tags.forEach(
        tag ->
            labels.put(spelling.tagKey(tag.getKey()), encoded(spelling.tagValue(tag.getValue()))));
    return labels;
  }

  /** Whether the binder has taken the tags. */
  private boolean isBoundAndRead(Tags tags, Random random) throws Exception {
    int before = registry.getMeters().size();
    TimerMetrics binder;
    try {
      binder = new TimerMetrics(timers, tags);
      binder.bindTo(registry);
    } catch (IllegalArgumentException refused) {
      assertEquals(before, registry.getMeters().size(), "meters are left of what was refused");
      List<Sample> _ = read(TEXT);
      return false;
    }
    double value = VALUES[random.nextInt(VALUES.length)];
    Gauge gauge =
        Gauge.builder("odd." + random.nextInt(1_000_000), () -> value)
            .description(text(random, 3))
            .tag("name", text(random, 3))
            .register(registry);
    try {
      for (String format : List.of(TEXT, OPEN_METRICS)) {
        List<Sample> samples = read(format);
        Sample pending = Exposition.one(samples, "tourbillon_timer_pending", labels(tags));
        assertEquals(0, pending.value());
        assertEquals(labels(tags).size(), pending.labels().size());
        Sample odd =
            Exposition.one(
                samples,
                gauge.getId().getConventionName(spelling),
                labels(Tags.of(gauge.getId().getTags())));
        assertEquals(value, odd.value());
      }
    } finally {
      registry.remove(gauge);
      binder.close();
    }
    return true;
  }

  private List<Sample> read(String accept) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(server.uri().resolve("/metrics"))
            .header("Accept", accept)
            .timeout(Duration.ofSeconds(20))
            .build();
    HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
    assertEquals(200, response.statusCode(), response.body());
    return Exposition.parse(response.body(), accept.equals(OPEN_METRICS));
  }

  @Test
  void schedulerWithAnOddName_hasItInItsLabels() throws Exception {
    String name = "a\"b\\c\nd\u00e9\ud83d\ude00{}";
    try (CoroutineScheduler scheduler =
            CoroutineScheduler.builder().loops(1).engine(Engine.HANDOFF).name(name).build();
        CoroutineMetrics metrics = new CoroutineMetrics(scheduler)) {
      metrics.bindTo(registry);
      String loop = scheduler.stats().loops().getFirst().name();
      for (String format : List.of(TEXT, OPEN_METRICS)) {
        Sample dead =
            Exposition.one(
                read(format), "tourbillon_coroutine_loop_dead", Map.of("loop", encoded(loop)));
        assertEquals(0, dead.value());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a 1",
        "# TYPE a counter\na{b=\"c} 1\n",
        "# TYPE a gauge\na{b=\"c\nd\"} 1\n",
        "# TYPE a gauge\na{b=\"\\t\"} 1\n",
        "# TYPE a gauge\na{0=\"c\"} 1\n",
        "# TYPE a gauge\na{b=\"c\",b=\"d\"} 1\n",
        "# TYPE a gauge\na 1\na 1\n",
        "# TYPE a gauge\n# TYPE b gauge\na 1\n",
        "# TYPE a gauge\na Infinity\n",
        "# TYPE a gauge\na\u00e9 1\n",
        "# TYPE a what\na 1\n",
        "# HELP a \\x\n# TYPE a gauge\na 1\n",
        "# TYPE a histogram\na_bucket{le=\"1.0\"} 2\na_bucket{le=\"+Inf\"} 1\n",
        "# TYPE a histogram\na_bucket{le=\"1.0\"} 2\n",
      })
  void textWithAFault_isNotParsed(String text) {
    assertThrows(Malformed.class, () -> Exposition.parse(text, false));
  }

  @Test
  void textWithALineTwice_isNotParsed() {
    String text = registry.scrape() + "# TYPE a gauge\na 1\n";
    List<Sample> _ = Exposition.parse(text, false);
    assertThrows(Malformed.class, () -> Exposition.parse(Exposition.doubled(text), false));
    assertThrows(Malformed.class, () -> Exposition.parse(text, true));
  }
}
