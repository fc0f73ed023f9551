package io.tourbillon.bench.compare;

import static io.tourbillon.bench.compare.SampleResults.failed;
import static io.tourbillon.bench.compare.SampleResults.leftOut;
import static io.tourbillon.bench.compare.SampleResults.measured;
import static io.tourbillon.bench.scenario.Scenario.FIRE;
import static io.tourbillon.bench.scenario.Scenario.IDLE;
import static io.tourbillon.bench.scenario.Scenario.REQUEST_TIMEOUTS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.scenario.Metric;
import io.tourbillon.bench.scenario.Scenario;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class PageTest {
  private static final String EFFORT = " warm-up at least 2.0 s, measured over 3.5 s";

  private static final Metric CPU = Metric.CPU_PER_OPERATION;

  private static final Outcome[] THREE_RUNS = {
    measured(REQUEST_TIMEOUTS, 1000, "netty-512", 1, CPU, 2500),
    measured(REQUEST_TIMEOUTS, 1000, "netty-512", 2, CPU, 2000),
    measured(REQUEST_TIMEOUTS, 1000, "netty-512", 3, CPU, 12_345),
    measured(REQUEST_TIMEOUTS, 1000, "ours-ids", 1, CPU, 200.4)
  };

  @TempDir private static Path folder;
  private static RenderedPage browser;

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
  }

  /** Starts the browser with the first test that needs it: the others do without. */
  private static RenderedPage open(Outcome... outcomes) throws Exception {
    if (browser == null) {
      browser = new RenderedPage(folder);
    }
    browser.open(outcomes);
    return browser;
  }

  private static List<String> rows(Outcome... outcomes) throws Exception {
    return open(outcomes).rows();
  }

  private static String withoutScripts(String page) {
    return page.replaceAll("(?s)(<script[^>]*>).*?</script>", "$1");
  }

  @Test
  @Tag("programs")
  void render_severalRuns_medianLeastMostMultipleAndCount() throws Exception {
    List<String> rows = rows(THREE_RUNS);

    assertTrue(rows.contains("for one cancel and arm CPU wall × Tourbillon, ids runs"), "" + rows);
    assertTrue(rows.contains("Netty, 512 2,500 ns 2,000 – 12,345 – 12.5 3"), "" + rows);
  }

  @Test
  @Tag("programs")
  void render_singleRun_noSpread() throws Exception {
    assertTrue(rows(THREE_RUNS).contains("Tourbillon, ids 200 ns – 1.00 1"));
  }

  @Test
  @Tag("programs")
  void render_nothingButSingleRuns_warnsOfIt() throws Exception {
    String warning = "One run of each: a first impression";
    Outcome single = measured(REQUEST_TIMEOUTS, 1000, "kafka", 1, CPU, 3);
    assertTrue(open(single).markup().contains(warning));
    assertFalse(open(THREE_RUNS).markup().contains(warning));
  }

  @Test
  @Tag("programs")
  void render_severalSizes_smallestFirstAndOursFirst() throws Exception {
    List<String> rows =
        rows(
            measured(REQUEST_TIMEOUTS, 10_000, "kafka", 1, CPU, 4),
            measured(REQUEST_TIMEOUTS, 1000, "kafka", 1, CPU, 3),
            measured(REQUEST_TIMEOUTS, 1000, "ours-ids", 1, CPU, 2));

    int first = rows.indexOf("size 1,000" + EFFORT);
    assertEquals(
        List.of(
            "size 1,000" + EFFORT,
            "Tourbillon, ids 2.00 ns – 1.00 1",
            "Kafka 3.00 ns – 1.50 1",
            "size 10,000" + EFFORT,
            "Kafka 4.00 ns – 1"),
        rows.subList(first, first + 5));
  }

  @Test
  @Tag("programs")
  void render_yardstickIsZero_noColumnOfMultiples() throws Exception {
    List<String> rows =
        rows(
            measured(IDLE, 1, "ours-ids", 1, Metric.WAKE_UPS_PER_SECOND, 0),
            measured(IDLE, 1, "netty-512", 1, Metric.WAKE_UPS_PER_SECOND, 1000));

    assertTrue(rows.contains("for one second wake-ups a second CPU of one core runs"), "" + rows);
    assertTrue(rows.contains("Netty, 512 1,000 – 1"), "" + rows);
  }

  @Test
  @Tag("programs")
  void render_noNumber_reasonInsteadOfFigures() throws Exception {
    List<String> rows =
        rows(
            failed(FIRE.id(), 10, "go", "a timer must not be early: by 7 ns"),
            leftOut(FIRE, 10, "gevent", "no time is left"));

    assertTrue(rows.contains("Go failed: a timer must not be early: by 7 ns"), "" + rows);
    assertTrue(rows.contains("gevent left out: no time is left"), "" + rows);
  }

  @Test
  @Tag("programs")
  void render_someRunsFailed_figuresAndReason() throws Exception {
    List<String> rows =
        rows(
            measured(REQUEST_TIMEOUTS, 10, "kafka", 1, CPU, 5),
            failed(REQUEST_TIMEOUTS.id(), 10, "kafka", "lost one"));

    int row = rows.indexOf("Kafka 5.00 ns – 1");
    assertEquals("some runs failed: lost one", rows.get(row + 1), "" + rows);
  }

  @Test
  @Tag("programs")
  void render_hostileTexts_areEscaped() throws Exception {
    String hostile = "</script><script>alert(1)</script><img src=http://x.example/>";
    Outcome[] outcomes = {
      failed(FIRE.id(), 10, "go", hostile),
      failed(hostile, 10, "go", "none"),
      measured(FIRE, 10, hostile, 1, CPU, 5)
    };
    String source = Page.render(SampleResults.of(outcomes));
    assertFalse(source.contains("<script>alert"), "a script came through");
    String page = open(outcomes).markup();

    assertFalse(page.contains("<script>alert"), "a script came through");
    assertFalse(page.contains("<img"), "an element came through");
    assertTrue(page.contains("failed: &lt;/script&gt;&lt;script&gt;alert(1)"));
  }

  @Test
  void render_hostileTexts_surviveInTheData() {
    String hostile = "</script><!-- <script>";
    String page =
        Page.render(
            SampleResults.of(
                measured(FIRE, 10, hostile, 1, CPU, 5), measured(FIRE, 10, "go", 1, CPU, 6)));

    String start = "id=\"data\">";
    int from = page.indexOf(start) + start.length();
    String data = page.substring(from, page.indexOf("</script", from));
    List<String> subjects =
        JsonMapper.shared().readTree(data).findValuesAsString("subject").stream()
            .filter(subject -> subject.contains("script"))
            .distinct()
            .toList();
    assertEquals(List.of(hostile), subjects);
  }

  @Test
  void render_any_loadsNothing() {
    String page = Page.render(SampleResults.of(THREE_RUNS));
    String bare = withoutScripts(page);

    List<String> references =
        Pattern.compile(
                "(?:src|href|srcset|action|data|poster)\\s*=\\s*\"?([^\"\\s>]*)|url\\(|@import|https?:")
            .matcher(bare)
            .results()
            .map(MatchResult::group)
            .filter(reference -> !reference.matches("href=\"(#[\\w-]+|data:,)"))
            .toList();
    assertEquals(List.of(), references);
    assertTrue(bare.contains("default-src 'none'"), "a browser must not load anything, either");
    assertFalse(page.contains("sourceMappingURL"), "a browser would look for it");
  }

  @Test
  void render_any_hasChartJsInIt() {
    String page = Page.render(SampleResults.of(THREE_RUNS));

    assertTrue(page.contains("Chart.js v4."), "Chart.js with its licence");
    assertEquals(5, page.split("</script>", -1).length - 1, "scripts");
  }

  @ParameterizedTest
  @Tag("programs")
  @ValueSource(
      strings = {
        "<dd><code>tourbillon compare --repeat 3</code>",
        "<dd>2026-11-21 11:30 UTC, took 121 min 5 s</dd>",
        "<dt>Complete</dt><dd>yes</dd>",
        "<code>ce82d24-dirty</code>",
        "<dd>A processor, 2 cores, 24.0 GiB</dd>",
        "<dd>A system; load at the start 0.13</dd>",
        "<dd>A JDK</dd>",
        "<code>-Xmx8g</code> <code>-XX:+UseG1GC</code>",
        ">Netty 4.2.20.Final<",
        "<dt>Absent: asyncio</dt><dd>python3 is not on the PATH</dd>",
        "the median of its runs, up to <span id=\"repetitions\">3</span> here",
        "<code>netty-512</code></td><td>HashedWheelTimer, 512 slots of 1 ms",
      })
  void render_any_tellsWhereItCameFrom(String fact) throws Exception {
    String page = open(THREE_RUNS).markup();

    assertTrue(page.contains(fact), page);
  }

  @Test
  @Tag("programs")
  void render_severalScenarios_inTheirOrder() throws Exception {
    String page =
        open(
                measured(IDLE, 1, "go", 1, Metric.WAKE_UPS_PER_SECOND, 1),
                measured(FIRE, 1, "go", 1, CPU, 1),
                measured(REQUEST_TIMEOUTS, 1, "go", 1, CPU, 1))
            .markup();

    List<String> sections =
        Pattern.compile("<section id=\"(.*?)\"")
            .matcher(page)
            .results()
            .map(section -> section.group(1))
            .toList();
    assertEquals(List.of("reading", "request-timeouts", "fire", "idle"), sections);
  }

  @Test
  @Tag("programs")
  void render_scenarioOfAnotherVersion_isSkippedWithANote() throws Exception {
    String page = open(failed("teleport", 1, "go", "none")).markup();

    assertTrue(page.contains("this version does not know it: scenario teleport."));
    assertFalse(page.contains("<section id=\"teleport\""));
  }

  @Test
  @Tag("programs")
  void render_everyPlot_isDrawnInItsCanvas() throws Exception {
    Outcome[] each =
        Stream.of(Scenario.values())
            .map(scenario -> measured(scenario, 10, "go", 1, scenario.metrics().getFirst(), 1))
            .toArray(Outcome[]::new);
    JsonNode drawn =
        open(each)
            .evaluate(
                "[...document.querySelectorAll('canvas')].map(c => [c.id, !!Chart.getChart(c)])");

    assertEquals(
        List.of(
            "request-timeouts-bars",
            "idle-timeouts-bars",
            "fire-bars",
            "ten-million-bars",
            "idle-bars",
            "sleepers-bars",
            "timer-memory-bars",
            "coroutine-memory-bars",
            "ping-pong-bars",
            "stream-bars",
            "fan-in-bars",
            "select-bars",
            "mutex-bars",
            "semaphore-bars",
            "spawn-and-join-bars",
            "with-timeout-bars",
            "scope-bars",
            "uneven-bars",
            "echo-bars",
            "durable-schedule-bars",
            "durable-lives-bars",
            "durable-reopen-bars"),
        drawn.valueStream().map(canvas -> canvas.get(0).stringValue()).toList());
    assertTrue(drawn.valueStream().allMatch(canvas -> canvas.get(1).booleanValue()), "" + drawn);
  }
}
