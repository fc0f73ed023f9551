package io.tourbillon.bench.compare;

import io.tourbillon.bench.scenario.Metric;
import io.tourbillon.bench.scenario.Scenario;
import io.tourbillon.bench.subject.Family;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A table of a comparison, in Markdown: a line for each scenario, size and leading figure, and a
 * column for each family, which stands there with its best configuration. Figures are medians.
 * Timers and coroutines have a table each, as few families are in both.
 */
final class SummaryTable {
  private static final String NOTHING = "";
  private static final String FAILED = "failed";

  private SummaryTable() {}

  /** Both tables, or the one that has any lines. */
  static String of(Summary summary) {
    return Stream.of(ofTimers(summary), ofCoroutines(summary))
        .filter(table -> !table.isEmpty())
        .collect(Collectors.joining("\n"));
  }

  /** Empty if nothing of it was measured. */
  static String ofTimers(Summary summary) {
    return of(lines(summary, scenario -> !scenario.isOfCoroutines()));
  }

  /** Empty if nothing of it was measured. */
  static String ofCoroutines(Summary summary) {
    return of(lines(summary, Scenario::isOfCoroutines));
  }

  private static String of(List<Line> lines) {
    if (lines.isEmpty()) {
      return "";
    }
    List<Family> families =
        List.of(Family.values()).stream()
            .filter(family -> lines.stream().anyMatch(line -> line.cells.containsKey(family)))
            .toList();
    List<List<String>> cells = new ArrayList<>();
    cells.add(header(families));
    for (Line line : lines) {
      cells.add(line.cells(families));
    }
    return layOut(cells);
  }

  private static List<String> header(List<Family> families) {
    List<String> header = new ArrayList<>(List.of("work"));
    families.forEach(family -> header.add(family.title()));
    return header;
  }

  private static List<Line> lines(Summary summary, Predicate<Scenario> which) {
    List<Line> lines = new ArrayList<>();
    for (Scenario scenario : Arrays.stream(Scenario.values()).filter(which).toList()) {
      Map<Integer, List<Row>> bySize =
          summary.rows(scenario).stream()
              .collect(Collectors.groupingBy(Row::size, TreeMap::new, Collectors.toList()));
      bySize.forEach(
          (size, rows) ->
              scenario
                  .headlines()
                  .forEach(metric -> lines.add(line(scenario, size, metric, rows))));
    }
    return lines;
  }

  private static Line line(Scenario scenario, int size, Metric metric, List<Row> rows) {
    Map<Family, String> cells = new EnumMap<>(Family.class);
    for (Family family : Family.values()) {
      List<Row> ofFamily =
          rows.stream().filter(row -> scenario.family(row.subject()) == family).toList();
      best(ofFamily, scenario.metrics().getFirst())
          .map(row -> row.spread(metric))
          .map(spread -> Scale.text(metric.unit(), spread.median()))
          .or(() -> ofFamily.stream().filter(Row::failed).map(row -> FAILED).findFirst())
          .ifPresent(cell -> cells.put(family, cell));
    }
    String work =
        size == 1
            ? String.format(Locale.ROOT, "%s: %s", scenario.title(), metric.title())
            : String.format(Locale.ROOT, "%s, %,d: %s", scenario.title(), size, metric.title());
    return new Line(work, cells);
  }

  /** By the scenario's first figure; one that failed, be it once, is no candidate. */
  private static Optional<Row> best(List<Row> rows, Metric first) {
    return rows.stream()
        .filter(row -> !row.failed() && row.spread(first) != null)
        .min(Comparator.comparingDouble(row -> median(row, first)));
  }

  private static double median(Row row, Metric metric) {
    Spread spread = row.spread(metric);
    return spread == null ? Double.MAX_VALUE : spread.median();
  }

  /** Columns as wide as their widest cell, so that it reads well as it stands. */
  private static String layOut(List<List<String>> lines) {
    int columns = lines.getFirst().size();
    int[] widths =
        IntStream.range(0, columns)
            .map(
                column ->
                    lines.stream().mapToInt(line -> line.get(column).length()).max().orElse(0))
            .toArray();
    StringBuilder table = new StringBuilder();
    for (int number = 0; number < lines.size(); number++) {
      List<String> line = lines.get(number);
      for (int column = 0; column < columns; column++) {
        String form = column == 0 ? "| %-" + widths[0] + "s " : "| %" + widths[column] + "s ";
        table.append(String.format(Locale.ROOT, form, line.get(column)));
      }
      table.append("|\n");
      if (number == 0) {
        table.append(ruler(widths));
      }
    }
    return table.toString();
  }

  /** Numbers stand to the right. */
  private static String ruler(int[] widths) {
    StringBuilder ruler = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      ruler.append("| ").append("-".repeat(widths[column] - 1)).append(column == 0 ? "- " : ": ");
    }
    return ruler.append("|\n").toString();
  }

  private record Line(String work, Map<Family, String> cells) {
    List<String> cells(List<Family> families) {
      List<String> line = new ArrayList<>(List.of(work));
      families.forEach(family -> line.add(cells.getOrDefault(family, NOTHING)));
      return line;
    }
  }
}
