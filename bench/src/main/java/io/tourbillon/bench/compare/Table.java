package io.tourbillon.bench.compare;

import io.tourbillon.bench.scenario.Job;
import io.tourbillon.bench.scenario.Metric;
import io.tourbillon.bench.scenario.Scenario;
import io.tourbillon.bench.subject.Subject;
import io.tourbillon.bench.subject.TimerKind;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All figures of a scenario.
 *
 * @param headings of metrics
 * @param groups by size, the smallest first
 */
record Table(List<String> headings, List<Group> groups) {
  /** Of whom lines tell the multiple. */
  static final Subject YARDSTICK = TimerKind.OURS_IDS;

  /** Lines of one size, warm-up and length. */
  record Group(Job job, List<Line> lines) {
    private static final double MILLIS_A_SECOND = 1e3;

    String size() {
      return Scale.count(job.size());
    }

    /** Empty where nothing takes a given time. */
    String effort() {
      return job.measureMillis() == 0
          ? ""
          : String.format(
              Locale.ROOT,
              "warm-up at least %.1f s, measured over %.1f s",
              job.warmUpMillis() / MILLIS_A_SECOND,
              job.measureMillis() / MILLIS_A_SECOND);
    }
  }

  /**
   * One subject.
   *
   * @param figures of each metric; empty if there are none at all
   * @param times how many times the yardstick's the first metric is; empty where there is none
   * @param runs how many of them have figures
   * @param failure why some or all runs have no figures; empty if all have
   */
  record Line(Contender contender, List<Figure> figures, String times, int runs, String failure) {

    boolean measured() {
      return !figures.isEmpty();
    }

    boolean partlyFailed() {
      return measured() && !failure.isEmpty();
    }
  }

  /** Whether there is a multiple of the yardstick anywhere. */
  boolean compared() {
    return groups.stream()
        .flatMap(group -> group.lines.stream())
        .anyMatch(line -> !line.times.isEmpty());
  }

  /**
   * How many columns there are beside the subject's: two of each metric, the multiple, the runs.
   */
  int figureColumns() {
    return headings.size() * 2 + (compared() ? 2 : 1);
  }

  int columns() {
    return 1 + figureColumns();
  }

  /** Of the rows of a scenario. */
  static Table of(Scenario scenario, List<Row> rows) {
    List<String> headings = scenario.metrics().stream().map(Metric::title).toList();
    List<Group> groups =
        rows.stream().collect(Collectors.groupingBy(Row::job)).entrySet().stream()
            .map(entry -> new Group(entry.getKey(), lines(scenario, entry.getValue())))
            .sorted(Comparator.comparingInt(group -> group.job.size()))
            .toList();
    return new Table(headings, groups);
  }

  private static List<Line> lines(Scenario scenario, List<Row> rows) {
    Metric first = scenario.metrics().getFirst();
    Spread yardstick =
        rows.stream()
            .filter(row -> row.subject().equals(YARDSTICK.id()))
            .findFirst()
            .map(row -> row.spread(first))
            .orElse(null);
    return rows.stream()
        .map(row -> line(scenario, row, times(row.spread(first), yardstick)))
        .sorted(Comparator.comparingInt(line -> line.contender.place()))
        .toList();
  }

  private static Line line(Scenario scenario, Row row, String times) {
    int runs = row.spreads().values().stream().mapToInt(Spread::count).max().orElse(0);
    List<Figure> figures =
        runs == 0
            ? List.of()
            : scenario.metrics().stream()
                .map(metric -> Figure.of(metric, row.spread(metric)))
                .toList();
    return new Line(
        Contender.of(scenario, row.subject()),
        figures,
        times,
        runs,
        String.join("; ", row.failures()));
  }

  /** Nothing is a multiple of nothing: the yardstick wakes up never when it is idle. */
  private static String times(@Nullable Spread spread, @Nullable Spread yardstick) {
    return spread == null || yardstick == null || yardstick.median() == 0
        ? ""
        : Scale.text("", spread.median() / yardstick.median());
  }
}
