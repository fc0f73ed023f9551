package io.tourbillon.bench.compare;

import static io.tourbillon.bench.compare.SampleResults.failed;
import static io.tourbillon.bench.compare.SampleResults.late;
import static io.tourbillon.bench.compare.SampleResults.measured;
import static io.tourbillon.bench.scenario.Scenario.FIRE;
import static io.tourbillon.bench.scenario.Scenario.REQUEST_TIMEOUTS;
import static io.tourbillon.bench.scenario.Scenario.TEN_MILLION;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.compare.Plot.Point;
import io.tourbillon.bench.compare.Plot.Series;
import io.tourbillon.bench.scenario.Metric;
import io.tourbillon.bench.scenario.Percentile;
import io.tourbillon.bench.scenario.Scenario;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PlotsTest {
  private static final Metric CPU = Metric.CPU_PER_OPERATION;

  private static List<Plot> plots(Scenario scenario, Outcome... outcomes) {
    return Plots.of(scenario, Summary.of(SampleResults.of(outcomes)));
  }

  @Test
  void of_severalSizes_lineThatGoesOnToTenMillion() {
    Plot plot =
        plots(
                REQUEST_TIMEOUTS,
                measured(TEN_MILLION, 10_000_000, "kafka", 1, CPU, 900),
                measured(REQUEST_TIMEOUTS, 100_000, "kafka", 1, CPU, 300),
                measured(REQUEST_TIMEOUTS, 1000, "kafka", 1, CPU, 100),
                measured(REQUEST_TIMEOUTS, 1000, "kafka", 2, CPU, 140))
            .getFirst();

    assertEquals(
        List.of(
            new Point(1000, 120, 100, 140, "size 1,000", new Figure("120 ns", "100 – 140")),
            new Point(100_000, 300, 300, 300, "size 100,000", new Figure("300 ns", "")),
            new Point(10_000_000, 900, 900, 900, "size 10,000,000", new Figure("900 ns", ""))),
        plot.series().getFirst().points());
  }

  @Test
  void of_tenMillionOfASizeThatIsThere_pointsAreNotDoubled() {
    Plot plot =
        plots(
                REQUEST_TIMEOUTS,
                measured(REQUEST_TIMEOUTS, 10, "kafka", 1, CPU, 100),
                measured(REQUEST_TIMEOUTS, 20, "kafka", 1, CPU, 200),
                measured(TEN_MILLION, 20, "kafka", 1, CPU, 900))
            .getFirst();

    assertEquals(
        List.of(100.0, 200.0), plot.series().getFirst().points().stream().map(Point::y).toList());
  }

  @Test
  void of_oneSize_barsInAUnitThatSuitsTheGreatest() {
    Plot plot =
        plots(
                REQUEST_TIMEOUTS,
                measured(REQUEST_TIMEOUTS, 10, "kafka", 1, CPU, 500),
                measured(REQUEST_TIMEOUTS, 10, "netty-8192", 1, CPU, 20_000))
            .getFirst();

    assertTrue(plot.bars());
    assertEquals("CPU, us", plot.y().title());
    assertEquals(
        List.of("Netty, 8192: 20.0", "Kafka: 0.5"),
        plot.series().stream()
            .map(line -> line.contender().title() + ": " + line.points().getFirst().y())
            .toList());
  }

  @Test
  void of_lateness_onNinesInMillisWithoutLeastAndDoubtfulPercentiles() {
    Plot plot =
        plots(
                FIRE,
                late(
                    FIRE,
                    1000,
                    "kafka",
                    new Percentile(0, 3),
                    new Percentile(90, 200_000),
                    new Percentile(99.99, 4_000_000),
                    new Percentile(100, 5_000_000)))
            .get(1);

    List<Point> points = plot.series().getFirst().points();
    assertEquals(List.of("90 %", "most"), points.stream().map(Point::at).toList());
    assertEquals(List.of(0.2, 5.0), points.stream().map(Point::y).toList());
    assertEquals(1, points.getFirst().x(), 1e-9);
    assertEquals(3, points.getLast().x(), 1e-9);
    assertEquals("5,000 us", points.getLast().figure().median());
  }

  @Test
  void of_nothingMeasured_isEmpty() {
    assertEquals(List.of(), plots(FIRE));
    assertEquals(List.of(), plots(FIRE, failed(FIRE.id(), 10, "go", "lost one")));
  }

  @Test
  void of_familyWithSeveral_oneColourAndManyVariants() {
    List<Contender> contenders =
        plots(
                FIRE,
                measured(FIRE, 10, "netty-512", 1, CPU, 1),
                measured(FIRE, 10, "netty-65536", 1, CPU, 1),
                measured(FIRE, 10, "of-another-version", 1, CPU, 1))
            .getFirst()
            .series()
            .stream()
            .map(Series::contender)
            .toList();

    assertEquals(
        List.of("netty", "netty", "other"), contenders.stream().map(Contender::color).toList());
    assertEquals(List.of(0, 2, 0), contenders.stream().map(Contender::variant).toList());
  }
}
