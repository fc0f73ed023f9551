package io.tourbillon.bench.compare;

import static io.tourbillon.bench.compare.SampleResults.failed;
import static io.tourbillon.bench.compare.SampleResults.late;
import static io.tourbillon.bench.compare.SampleResults.measured;
import static io.tourbillon.bench.scenario.Scenario.FIRE;
import static io.tourbillon.bench.scenario.Scenario.LATENESS_BY_LOAD;
import static io.tourbillon.bench.scenario.Scenario.REQUEST_TIMEOUTS;
import static io.tourbillon.bench.scenario.Scenario.TEN_MILLION;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tourbillon.bench.scenario.Metric;
import io.tourbillon.bench.scenario.Percentile;
import io.tourbillon.bench.scenario.Scenario;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the page's plots show, read from the charts that a browser has drawn. */
@Tag("programs")
final class PlotsTest {
  private static final Metric CPU = Metric.CPU_PER_OPERATION;
  private static final String LINES = "Chart.getChart('request-timeouts-lines')";
  private static final String BARS = "Chart.getChart('request-timeouts-bars')";
  private static final String LATENESS = "Chart.getChart('fire-lateness')";
  private static final String POINTS = ".data.datasets[0].data.map(d => d.point)";
  private static final String LABELS = ".ticks.map(tick => tick.label)";

  @TempDir private static Path folder;
  private static RenderedPage page;

  @BeforeAll
  static void start() {
    page = new RenderedPage(folder);
  }

  @AfterAll
  static void stop() {
    page.close();
  }

  private void assertShown(String expected, String expression, Outcome... outcomes)
      throws Exception {
    page.open(outcomes);
    assertEquals(JsonMapper.shared().readTree(expected), page.evaluate(expression));
  }

  private static Outcome[] lines(double... nanos) {
    return IntStream.range(0, nanos.length)
        .mapToObj(line -> measured(REQUEST_TIMEOUTS, line + 1, "kafka", 1, CPU, nanos[line]))
        .toArray(Outcome[]::new);
  }

  private static Outcome lateOfSize(int size) {
    return late(
        FIRE,
        size,
        "kafka",
        new Percentile(0, 3),
        new Percentile(90, 200_000),
        new Percentile(99.99, 4_000_000),
        new Percentile(100, 5_000_000));
  }

  @Test
  void lines_severalSizes_goOnToTenMillion() throws Exception {
    assertShown(
        """
        [{"x": 1000, "y": 120, "least": 100, "most": 140, "at": "size 1,000",
          "figure": {"median": "120 ns", "range": "100 – 140"}},
         {"x": 100000, "y": 300, "least": 300, "most": 300, "at": "size 100,000",
          "figure": {"median": "300 ns", "range": ""}},
         {"x": 10000000, "y": 900, "least": 900, "most": 900, "at": "size 10,000,000",
          "figure": {"median": "900 ns", "range": ""}}]
        """,
        LINES + POINTS,
        measured(TEN_MILLION, 10_000_000, "kafka", 1, CPU, 900),
        measured(REQUEST_TIMEOUTS, 100_000, "kafka", 1, CPU, 300),
        measured(REQUEST_TIMEOUTS, 1000, "kafka", 1, CPU, 100),
        measured(REQUEST_TIMEOUTS, 1000, "kafka", 2, CPU, 140));
  }

  @Test
  void lines_tenMillionOfASizeThatIsThere_pointsAreNotDoubled() throws Exception {
    assertShown(
        "[100, 200]",
        LINES + POINTS + ".map(point => point.y)",
        measured(REQUEST_TIMEOUTS, 10, "kafka", 1, CPU, 100),
        measured(REQUEST_TIMEOUTS, 20, "kafka", 1, CPU, 200),
        measured(TEN_MILLION, 20, "kafka", 1, CPU, 900));
  }

  @ParameterizedTest
  @CsvSource({
    "LATE_P99, '[\"linear\", \"load, % of a core\", \"late, p99, us\", [10, 90], [100, 400]]'",
    "LATE_P999, '[\"linear\", \"load, % of a core\", \"late, p99.9, us\", [10, 90], [150, 900]]'"
  })
  void load_isOnALinearAxisForEachPercentile(Metric metric, String expected) throws Exception {
    assertShown(
        expected,
        "(chart => [chart.scales.x.type, chart.options.scales.x.title.text,"
            + " chart.options.scales.y.title.text, chart.data.datasets[0].data.map(d => d.x),"
            + " chart.data.datasets[0].data.map(d => d.y)])"
            + "(Chart.getChart('lateness-by-load-"
            + metric
            + "'))",
        late(
            LATENESS_BY_LOAD,
            90,
            "kafka",
            new Percentile(99, 400_000),
            new Percentile(99.9, 900_000)),
        late(
            LATENESS_BY_LOAD,
            10,
            "kafka",
            new Percentile(99, 100_000),
            new Percentile(99.9, 150_000)));
  }

  @Test
  void bars_oneSize_inAUnitThatSuitsTheGreatest() throws Exception {
    assertShown(
        "[\"CPU, us\", [\"Netty, 8192\", \"Kafka\"], [20, 0.5]]",
        "(chart => [chart.options.scales.x.title.text, chart.data.labels,"
            + " chart.data.datasets[0].data.map(d => d.x)])("
            + BARS
            + ")",
        measured(REQUEST_TIMEOUTS, 10, "kafka", 1, CPU, 500),
        measured(REQUEST_TIMEOUTS, 10, "netty-8192", 1, CPU, 20_000));
  }

  @Test
  void lateness_isOnNinesInMillisWithoutLeastAndDoubtfulPercentiles() throws Exception {
    assertShown(
        """
        [["90 %", "most"], [0.2, 5], ["1.000", "3.000"], "5,000 us"]
        """,
        "(points => [points.map(p => p.at), points.map(p => p.y),"
            + " points.map(p => p.x.toFixed(3)), points.at(-1).figure.median])("
            + LATENESS
            + POINTS
            + ")",
        lateOfSize(1000));
  }

  @Test
  void plots_nothingMeasured_areNone() throws Exception {
    assertShown(
        "0", "document.querySelectorAll('canvas').length", failed(FIRE.id(), 10, "go", "lost one"));
  }

  @Test
  void bars_familyWithSeveral_haveOneColour() throws Exception {
    assertShown(
        "[true, false]",
        "(colors => [colors[0] === colors[1], colors[1] === colors[2]])"
            + "(Chart.getChart('fire-bars').data.datasets[0].backgroundColor)",
        measured(FIRE, 10, "netty-512", 1, CPU, 1),
        measured(FIRE, 10, "netty-65536", 1, CPU, 1),
        measured(FIRE, 10, "of-another-version", 1, CPU, 1));
  }

  @Test
  void lines_familyWithSeveral_differInTheirDashes() throws Exception {
    assertShown(
        "[[], [2, 3], []]",
        LINES + ".data.datasets.map(line => line.borderDash)",
        Stream.of(1, 2)
            .flatMap(
                size ->
                    Stream.of("netty-512", "netty-65536", "of-another-version")
                        .map(id -> measured(REQUEST_TIMEOUTS, size, id, 1, CPU, 1)))
            .toArray(Outcome[]::new));
  }

  @Test
  void logarithmicAxis_narrow_marksAtOneTwoFiveJustAroundTheValues() throws Exception {
    String labels = LINES + ".scales.y" + LABELS;
    assertShown("[\"50\", \"100\", \"200\", \"500\"]", labels, lines(70, 240, 99));
    assertShown("[\"0.02\", \"0.05\", \"0.1\"]", labels, lines(0.03, 0.09));
  }

  @Test
  void logarithmicAxis_wide_marksAtPowersOfTen() throws Exception {
    assertShown(
        "[\"0.001\", \"0.01\", \"0.1\", \"1\", \"10\", \"100\", \"1,000\"]",
        LINES + ".scales.y" + LABELS,
        lines(0.002, 700));
  }

  @Test
  void logarithmicAxis_valuesWithoutLogarithm_areLeftOut() throws Exception {
    assertShown("[\"20\", \"50\"]", LINES + ".scales.y" + LABELS, lines(0, -1, 30));
    assertShown("true", LINES + ".options.scales.y.min === undefined", lines(0, 0));
  }

  @Test
  void ninesAxis_manyValues_marksEachNineUpToTheLastValue() throws Exception {
    String labels = LATENESS + ".scales.x" + LABELS;
    assertShown("[\"0 %\", \"90 %\", \"99 %\", \"99.9 %\", \"most\"]", labels, lateOfSize(10_000));
    assertShown("[\"0 %\", \"most\"]", labels, lateOfSize(1));
  }

  @Test
  void sizesAxis_round_isBrief() throws Exception {
    assertShown(
        "[\"512\", \"1 k\", \"100 k\", \"10 M\"]",
        LINES + ".scales.x" + LABELS,
        IntStream.of(512, 1000, 100_000, 10_000_000)
            .mapToObj(size -> measured(REQUEST_TIMEOUTS, size, "kafka", 1, CPU, 1))
            .toArray(Outcome[]::new));
  }

  /** The same numbers as those of {@link ScaleTest}, which are printed. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          FIRE         | CPU_PER_OPERATION    | 0 0.126 9.994 9.996 99.94 99.96 9999 10000 12345678 2e10 | 0 ns, 0.13 ns, 9.99 ns, 10.0 ns, 99.9 ns, 100 ns, 9,999 ns, 10.0 us, 12.3 ms, 20.0 s
          TIMER_MEMORY | BYTES_EACH           | 56.83 10240 -51200 25769803776 | 56.8 B, 10.0 KiB, -50.0 KiB, 24.0 GiB
          IDLE         | CPU_PERCENT          | 0.042 | 0.04 %
          IDLE         | WAKE_UPS_PER_SECOND  | 979.2 123456 | 979, 123,456
          """)
  void figures_haveAUnitThatReadsWell(Scenario scenario, Metric metric, String values, String texts)
      throws Exception {
    String[] all = values.split(" ", -1);
    Outcome[] outcomes =
        IntStream.range(0, all.length)
            .mapToObj(
                size ->
                    measured(scenario, size + 1, "go", 1, metric, Double.parseDouble(all[size])))
            .toArray(Outcome[]::new);
    page.open(outcomes);
    JsonNode shown =
        page.evaluate(
            "[...document.querySelectorAll('.median')].map(cell => cell.textContent)"
                + ".filter(text => text !== '–')");
    List<String> medians = shown.valueStream().map(JsonNode::stringValue).toList();
    assertEquals(texts, String.join(", ", medians));
  }
}
