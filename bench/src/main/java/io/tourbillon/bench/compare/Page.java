package io.tourbillon.bench.compare;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import io.tourbillon.bench.scenario.Scenario;
import io.tourbillon.bench.subject.Subject;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/**
 * Results as one HTML file that needs no network: style, scripts and data stand in it. Its tables
 * are complete without JavaScript, which only draws the plots, by Chart.js.
 *
 * <p>This is what page.mustache fills its gaps from. The template escapes whatever it is not told
 * to take as it is, and that is nothing but {@link #plots}, the style and the scripts.
 *
 * @param subjects those that took part
 * @param strangers ids of scenarios that only other versions know
 */
record Page(
    Results results, List<Section> sections, List<Subject> subjects, List<String> strangers) {
  private static final Template TEMPLATE =
      Mustache.compiler().emptyStringIsFalse(true).compile(Asset.text("page.mustache"));
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  static String render(Results results) {
    return TEMPLATE.execute(of(results));
  }

  private static Page of(Results results) {
    Set<String> subjects =
        results.outcomes().stream().map(Outcome::subject).collect(Collectors.toSet());
    return new Page(
        results,
        Section.of(Summary.of(results)),
        Arrays.stream(Scenario.values())
            .flatMap(scenario -> scenario.subjects().stream())
            .filter(subject -> subjects.contains(subject.id()))
            .distinct()
            .toList(),
        results.outcomes().stream()
            .map(Outcome::scenario)
            .filter(scenario -> Scenario.byId(scenario) == null)
            .distinct()
            .toList());
  }

  String started() {
    return MINUTE.format(results.started());
  }

  String duration() {
    Duration duration = Duration.ofSeconds(results.seconds());
    return duration.toMinutes() + " min " + duration.toSecondsPart() + " s";
  }

  String memory() {
    return Scale.text("B", (double) results.machine().memoryBytes());
  }

  String loadAtStart() {
    double load = results.machine().load();
    return load < 0 ? "unknown" : String.format(Locale.ROOT, "%.2f", load);
  }

  /** How often each was run, unless something came between. */
  int repetitions() {
    return results.outcomes().stream().mapToInt(Outcome::repetition).max().orElse(0);
  }

  /** Whether nothing here has a spread. */
  boolean single() {
    return repetitions() == 1;
  }

  /** Of whom the tables tell the multiple. */
  String yardstick() {
    return Table.YARDSTICK.title();
  }

  /** As JSON in which nothing can end the element where it stands. */
  String plots() {
    List<Plot> plots = sections.stream().flatMap(section -> section.plots().stream()).toList();
    return JsonMapper.shared().writeValueAsString(plots).replace("<", "\\u003c");
  }

  String style() {
    return Asset.text("page.css");
  }

  String chart() {
    return Asset.chart();
  }

  String script() {
    return Asset.script("page.js");
  }
}
