package io.tourbillon.bench.compare;

import io.tourbillon.bench.console.FileRefusedException;
import io.tourbillon.bench.console.HtmlPage;
import io.tourbillon.bench.console.OutputFile;
import io.tourbillon.bench.scenario.Metric;
import io.tourbillon.bench.scenario.Scenario;
import io.tourbillon.bench.subject.Subject;
import io.tourbillon.bench.subject.TimerKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Results as one HTML file that needs no network: an {@link HtmlPage} with page.html, plots.js and
 * page.js, which renders the results.
 *
 * @param results as in their file
 * @param rows the same results, combined for each subject and size
 * @param yardstick the subject that the tables compare the others with
 * @param scenarios descriptions of the scenarios
 */
record Page(
    Results results,
    boolean complete,
    List<Row> rows,
    SubjectText yardstick,
    List<ScenarioText> scenarios) {
  private record ScenarioText(
      String id,
      String title,
      String description,
      String operation,
      List<MetricText> metrics,
      List<SubjectText> subjects) {
    static ScenarioText of(Scenario scenario) {
      return new ScenarioText(
          scenario.id(),
          scenario.title(),
          scenario.description(),
          scenario.operation(),
          scenario.metrics().stream().map(MetricText::of).toList(),
          scenario.subjects().stream().map(SubjectText::of).toList());
    }
  }

  /** The key is that of the spreads in a row. */
  private record MetricText(String key, String title, String unit) {
    static MetricText of(Metric metric) {
      return new MetricText(metric.name(), metric.title(), metric.unit());
    }
  }

  /** The family is the name of a colour in page.css. */
  private record SubjectText(
      String id, String title, String configuration, String family, boolean ours) {
    static SubjectText of(Subject subject) {
      return new SubjectText(
          subject.id(),
          subject.title(),
          subject.configuration(),
          subject.family().color(),
          subject.family().isOurs());
    }
  }

  static String render(Results results) {
    Page page =
        new Page(
            results,
            results.isComplete(),
            Summary.of(results).rows(),
            SubjectText.of(TimerKind.OURS_IDS),
            Stream.of(Scenario.values()).map(ScenarioText::of).toList());
    return new HtmlPage(
            Page.class,
            "Tourbillon and its peers",
            "Timer services and coroutine systems at the same work",
            "page.html")
        .script("plots.js")
        .script("page.js")
        .with(page);
  }

  /**
   * Checks, as far as possible in advance, that a page can be written.
   *
   * @param kind what the file is called, as in {@code --output}
   * @throws FileRefusedException if it cannot be written, or if the file, also by another name or a
   *     link, contains results: those took hours, and a page takes a second
   */
  static void requireWritable(Path file, String kind) throws FileRefusedException {
    OutputFile.requireWritable(file, kind);
    if (Files.exists(file) && ResultsFile.isLikely(file)) {
      throw new FileRefusedException(kind + " must be another file than results: " + file);
    }
  }

  /**
   * Writes the page of some results.
   *
   * @throws FileRefusedException if it cannot be written, or if the file contains results
   */
  static void write(Results results, Path file, String kind) throws FileRefusedException {
    requireWritable(file, kind);
    OutputFile.write(file, kind, render(results));
  }
}
