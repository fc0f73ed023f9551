package io.tourbillon.bench.compare;

import io.tourbillon.bench.compare.Plot.Point;
import io.tourbillon.bench.compare.Plot.Series;
import io.tourbillon.bench.scenario.Metric;
import io.tourbillon.bench.scenario.Percentile;
import io.tourbillon.bench.scenario.Scenario;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * The plots of a scenario: of its first metric, and of lateness.
 *
 * @param bySize rows that have the metric; there is one at least
 */
record Plots(Scenario scenario, Metric metric, NavigableMap<Integer, List<Row>> bySize) {
  private static final Scale NANOS = new Scale("ns", 1);
  private static final Scale MILLIS = new Scale("ms", 1e6);

  /** Empty if nothing was measured. */
  static List<Plot> of(Scenario scenario, Summary summary) {
    Metric metric = scenario.metrics().getFirst();
    NavigableMap<Integer, List<Row>> bySize = bySize(summary.rows(scenario), metric);
    if (scenario == Scenario.REQUEST_TIMEOUTS) {
      // Ten million timers see the same operation: theirs is the next point of the same line.
      bySize(summary.rows(Scenario.TEN_MILLION), metric).forEach(bySize::putIfAbsent);
    }
    return bySize.isEmpty()
        ? List.of()
        : new Plots(scenario, metric, bySize)
            .all()
            .filter(plot -> !plot.series().isEmpty())
            .toList();
  }

  private static NavigableMap<Integer, List<Row>> bySize(List<Row> rows, Metric metric) {
    return rows.stream()
        .filter(row -> row.spread(metric) != null)
        .collect(Collectors.groupingBy(Row::size, TreeMap::new, Collectors.toList()));
  }

  private Stream<Plot> all() {
    return switch (scenario) {
      case REQUEST_TIMEOUTS -> Stream.of(bySize.size() == 1 ? bars() : lines());
      case FIRE, SLEEPERS -> Stream.of(bars(), lateness());
      case LATENESS -> Stream.of(lateness());
      default -> Stream.of(bars());
    };
  }

  private Plot lines() {
    List<Series> series =
        series(bySize.values().stream().flatMap(List::stream), row -> measured(row, NANOS));
    return new Plot(
        scenario.id() + "-lines",
        metric.title() + " of one " + scenario.operation() + " by the number of pending timers",
        false,
        Axis.sizes("pending timers", bySize.sequencedKeySet()),
        logarithmic(metric.title() + ", ns", series),
        series);
  }

  private Plot bars() {
    double greatest =
        ofGreatestSize().flatMap(this::spread).mapToDouble(Spread::median).max().orElse(0);
    Scale scale = Scale.of(metric.unit(), greatest);
    return new Plot(
        scenario.id() + "-bars",
        metric.title() + atGreatestSize(),
        true,
        Axis.linear(""),
        Axis.linear(scale.unit().isEmpty() ? metric.title() : metric.title() + ", " + scale.unit()),
        series(ofGreatestSize(), row -> measured(row, scale)));
  }

  private Plot lateness() {
    List<Series> series = series(ofGreatestSize(), Plots::late);
    return new Plot(
        scenario.id() + "-lateness",
        "Lateness by percentile" + atGreatestSize(),
        false,
        Axis.nines("percentile", bySize.lastKey()),
        logarithmic("lateness, ms", series),
        series);
  }

  private Stream<Row> ofGreatestSize() {
    return bySize.lastEntry().getValue().stream();
  }

  private String atGreatestSize() {
    return " at size " + Scale.count(bySize.lastKey());
  }

  private Stream<Spread> spread(Row row) {
    return Stream.ofNullable(row.spread(metric));
  }

  private Stream<Point> measured(Row row, Scale scale) {
    return spread(row)
        .map(
            spread ->
                new Point(
                    row.size(),
                    spread.median() / scale.size(),
                    spread.least() / scale.size(),
                    spread.most() / scale.size(),
                    "size " + Scale.count(row.size()),
                    Figure.of(metric, spread)));
  }

  /**
   * Not the least: there always is a timer that meets its tick, and it would take half of a
   * logarithmic axis to show it. Nor percentiles for which there are too few values.
   */
  private static Stream<Point> late(Row row) {
    double last = Axis.nines(100, row.size());
    return row.lateness().stream()
        .filter(point -> point.percent() > 0 && point.nanos() > 0)
        .filter(point -> point.percent() == 100 || Axis.nines(point.percent(), row.size()) < last)
        .map(point -> late(point, row.size()));
  }

  private static Point late(Percentile point, int size) {
    double millis = point.nanos() / MILLIS.size();
    String percent = BigDecimal.valueOf(point.percent()).stripTrailingZeros().toPlainString();
    return new Point(
        Axis.nines(point.percent(), size),
        millis,
        millis,
        millis,
        point.percent() == 100 ? "most" : percent + " %",
        new Figure(Scale.text("ns", (double) point.nanos()), ""));
  }

  private List<Series> series(Stream<Row> rows, Function<Row, Stream<Point>> points) {
    Map<String, List<Point>> bySubject =
        rows.collect(
            Collectors.groupingBy(
                Row::subject, Collectors.flatMapping(points, Collectors.toList())));
    return bySubject.entrySet().stream()
        .filter(entry -> !entry.getValue().isEmpty())
        .map(entry -> new Series(Contender.of(scenario, entry.getKey()), entry.getValue()))
        .sorted(Comparator.comparingInt(line -> line.contender().place()))
        .toList();
  }

  private static Axis logarithmic(String title, List<Series> series) {
    return Axis.logarithmic(
        title,
        series.stream()
            .flatMap(line -> line.points().stream())
            .flatMapToDouble(point -> DoubleStream.of(point.least(), point.most())));
  }
}
