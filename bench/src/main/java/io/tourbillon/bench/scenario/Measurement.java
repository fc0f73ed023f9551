package io.tourbillon.bench.scenario;

import io.tourbillon.bench.work.Percentiles;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one process has measured of one subject, after its own check has passed. The process prints
 * it as a line of JSON; programs in other languages print the same.
 *
 * @param figures by {@link Metric#id()}
 * @param lateness from the lowest to the highest percentile; empty if nothing comes due
 */
public record Measurement(Map<String, Double> figures, List<Percentile> lateness) {
  private static final double[] PERCENTS = {
    0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 99.999, 100
  };

  /** Parts that are missing in a file become empty. */
  @SuppressWarnings("ConstantValue")
  public Measurement {
    figures =
        figures == null ? Map.of() : Collections.unmodifiableSortedMap(new TreeMap<>(figures));
    lateness = lateness == null ? List.of() : List.copyOf(lateness);
  }

  static Measurement of(Map<Metric, Double> figures) {
    return new Measurement(byId(figures), List.of());
  }

  static Measurement of(Map<Metric, Double> figures, Percentiles lateness) {
    List<Percentile> curve = new ArrayList<>();
    for (double percent : PERCENTS) {
      curve.add(new Percentile(percent, lateness.at(percent)));
    }
    return new Measurement(byId(figures), curve);
  }

  private static Map<String, Double> byId(Map<Metric, Double> figures) {
    Map<String, Double> byId = new TreeMap<>();
    figures.forEach((metric, value) -> byId.put(metric.id(), value));
    return byId;
  }

  /** Returns NaN if the curve does not have this point. */
  double latenessNanosAt(double percent) {
    return lateness.stream()
        .filter(point -> point.percent() == percent)
        .mapToDouble(Percentile::nanos)
        .findFirst()
        .orElse(Double.NaN);
  }
}
