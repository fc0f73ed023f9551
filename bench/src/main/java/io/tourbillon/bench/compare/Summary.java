package io.tourbillon.bench.compare;

import io.tourbillon.bench.scenario.Job;
import io.tourbillon.bench.scenario.Measurement;
import io.tourbillon.bench.scenario.Metric;
import io.tourbillon.bench.scenario.Percentile;
import io.tourbillon.bench.scenario.Scenario;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The rows of a comparison, in the order of their first runs. */
final class Summary {
  private final List<Row> rows;

  private Summary(List<Row> rows) {
    this.rows = rows;
  }

  static Summary of(Results results) {
    Map<Key, List<Outcome>> runs = new LinkedHashMap<>();
    for (Outcome outcome : results.outcomes()) {
      runs.computeIfAbsent(Key.of(outcome), first -> new ArrayList<>()).add(outcome);
    }
    List<Row> rows = new ArrayList<>();
    runs.forEach((key, outcomes) -> rows.add(row(key, outcomes)));
    return new Summary(rows);
  }

  List<Row> rows() {
    return rows;
  }

  /** The rows of a scenario. */
  List<Row> rows(Scenario scenario) {
    return rows.stream().filter(row -> row.scenario().equals(scenario.id())).toList();
  }

  /** The row with the same scenario, job and subject as a row of another comparison, or null. */
  @Nullable Row row(Row other) {
    return rows.stream().filter(row -> row.key().equals(other.key())).findFirst().orElse(null);
  }

  private static Row row(Key key, List<Outcome> outcomes) {
    List<Measurement> measurements =
        outcomes.stream().map(Outcome::measurement).filter(Objects::nonNull).toList();
    boolean failed =
        outcomes.stream().anyMatch(outcome -> outcome.status() == Outcome.Status.FAILED);
    List<String> failures =
        outcomes.stream().map(Outcome::failure).filter(Objects::nonNull).distinct().toList();
    return new Row(
        key.scenario,
        key.job,
        key.subject,
        spreads(measurements),
        curve(measurements),
        failed,
        failures);
  }

  private static Map<Metric, Spread> spreads(List<Measurement> measurements) {
    Map<Metric, Spread> spreads = new EnumMap<>(Metric.class);
    for (Metric metric : Metric.values()) {
      List<Double> values =
          measurements.stream().map(metric::in).filter(value -> !value.isNaN()).toList();
      if (!values.isEmpty()) {
        spreads.put(metric, Spread.of(values));
      }
    }
    return spreads;
  }

  private static List<Percentile> curve(List<Measurement> measurements) {
    Map<Double, List<Double>> points = new TreeMap<>();
    for (Measurement measurement : measurements) {
      for (Percentile point : measurement.lateness()) {
        points
            .computeIfAbsent(point.percent(), first -> new ArrayList<>())
            .add((double) point.nanos());
      }
    }
    return points.entrySet().stream()
        .map(point -> new Percentile(point.getKey(), (long) Spread.of(point.getValue()).median()))
        .toList();
  }

  /** What the runs of a row have in common. */
  record Key(String scenario, Job job, String subject) {
    static Key of(Outcome outcome) {
      return new Key(outcome.scenario(), outcome.job(), outcome.subject());
    }
  }
}
