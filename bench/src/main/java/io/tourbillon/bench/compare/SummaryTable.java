package io.tourbillon.bench.compare;

import io.tourbillon.bench.scenario.Metric;
import io.tourbillon.bench.scenario.Scenario;
import io.tourbillon.bench.subject.Family;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A table of a comparison, in Markdown: a line for each scenario, size and leading figure, and a
 * column for each family, which its best configuration represents. Figures are medians. Timers,
 * coroutines, servers and durable timers have separate tables, because few families are in more
 * than one.
 */
final class SummaryTable {
  private SummaryTable() {}

  /** The tables that have lines. */
  static String of(Summary summary) {
    return Stream.of(
            ofTimers(summary), ofCoroutines(summary), ofServers(summary), ofDurable(summary))
        .filter(table -> !table.isEmpty())
        .collect(Collectors.joining("\n"));
  }

  /** Empty if no timers were measured. */
  static String ofTimers(Summary summary) {
    return of(
        summary,
        scenario -> !scenario.isOfCoroutines() && !scenario.isOfServers() && !scenario.isDurable());
  }

  /** Empty if no durable timers were measured. */
  static String ofDurable(Summary summary) {
    return of(summary, Scenario::isDurable);
  }

  /** Empty if no coroutines were measured. */
  static String ofCoroutines(Summary summary) {
    return of(summary, Scenario::isOfCoroutines);
  }

  /** Empty if no servers were measured. */
  static String ofServers(Summary summary) {
    return of(summary, Scenario::isOfServers);
  }

  private static String of(Summary summary, Predicate<Scenario> which) {
    List<Line> lines = new ArrayList<>();
    for (Scenario scenario : Stream.of(Scenario.values()).filter(which).toList()) {
      Map<Integer, List<Row>> bySize =
          summary.rows(scenario).stream()
              .collect(Collectors.groupingBy(Row::size, TreeMap::new, Collectors.toList()));
      bySize.forEach(
          (size, rows) ->
              scenario
                  .headlines()
                  .forEach(metric -> lines.add(line(scenario, size, metric, rows))));
    }
    List<Family> families =
        Stream.of(Family.values())
            .filter(family -> lines.stream().anyMatch(line -> line.cells.containsKey(family)))
            .toList();
    List<List<String>> cells = new ArrayList<>();
    cells.add(concat("work", families.stream().map(Family::title)));
    for (Line line : lines) {
      cells.add(
          concat(line.work, families.stream().map(family -> line.cells.getOrDefault(family, ""))));
    }
    return lines.isEmpty() ? "" : layOut(cells);
  }

  private static List<String> concat(String first, Stream<String> others) {
    return Stream.concat(Stream.of(first), others).toList();
  }

  private record Line(String work, Map<Family, String> cells) {}

  private static Line line(Scenario scenario, int size, Metric metric, List<Row> rows) {
    Map<Family, String> cells = new EnumMap<>(Family.class);
    for (Family family : Family.values()) {
      List<Row> ofFamily =
          rows.stream().filter(row -> scenario.family(row.subject()) == family).toList();
      best(ofFamily, scenario.metrics().getFirst())
          .map(row -> row.spread(metric))
          .map(spread -> Scale.text(metric.unit(), spread.median()))
          .or(() -> ofFamily.stream().filter(Row::failed).map(row -> "failed").findFirst())
          .ifPresent(cell -> cells.put(family, cell));
    }
    return new Line(scenario.title(size) + ": " + metric.title(), cells);
  }

  /** The best by the scenario's first figure. A row with a failed run is not a candidate. */
  private static Optional<Row> best(List<Row> rows, Metric first) {
    return rows.stream()
        .filter(row -> !row.failed() && row.spread(first) != null)
        .min(Comparator.comparingDouble(row -> row.median(first)));
  }

  /** Pads columns to their widest cell, so that the source of the table reads well. */
  private static String layOut(List<List<String>> lines) {
    List<String> forms = new ArrayList<>();
    List<String> ruler = new ArrayList<>();
    for (int column = 0; column < lines.getFirst().size(); column++) {
      int number = column;
      int width = lines.stream().mapToInt(line -> line.get(number).length()).max().orElse(1);
      // Numbers are aligned to the right.
      forms.add("| %" + (column == 0 ? "-" : "") + width + "s ");
      ruler.add("-".repeat(width - 1) + (column == 0 ? "-" : ":"));
    }
    lines.add(1, ruler);
    String form = String.join("", forms) + "|\n";
    return lines.stream()
        .map(line -> String.format(Locale.ROOT, form, line.toArray()))
        .collect(Collectors.joining());
  }
}
