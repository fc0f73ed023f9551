package io.tourbillon.bench.compare;

import io.tourbillon.bench.scenario.Scenario;
import io.tourbillon.bench.subject.Subject;
import java.util.List;
import java.util.Locale;

/**
 * A subject as it is shown in a scenario.
 *
 * @param color the name of its family's colour in page.css, the same everywhere
 * @param variant which of its family it is, from 0 on: tells lines of one colour apart
 * @param ours whether to emphasise it
 * @param place in the order of the scenario's subjects
 */
record Contender(String title, String color, int variant, boolean ours, int place) {

  /** The one that goes by this; its title is its id if only another version knows it. */
  static Contender of(Scenario scenario, String id) {
    List<Subject> subjects = scenario.subjects();
    int place = subjects.stream().map(Subject::id).toList().indexOf(id);
    if (place < 0) {
      return new Contender(id, "other", 0, false, subjects.size());
    }
    Subject subject = subjects.get(place);
    long variant =
        subjects.stream().limit(place).filter(other -> other.family() == subject.family()).count();
    return new Contender(
        subject.title(),
        subject.family().name().toLowerCase(Locale.ROOT).replace('_', '-'),
        (int) variant,
        subject.family().isOurs(),
        place);
  }
}
