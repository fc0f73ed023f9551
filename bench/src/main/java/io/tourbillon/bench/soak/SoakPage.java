package io.tourbillon.bench.soak;

import io.tourbillon.bench.console.HtmlPage;
import io.tourbillon.bench.soak.fault.Fault;
import io.tourbillon.bench.soak.load.Load;
import java.util.ArrayList;
import java.util.List;

/**
 * Results of a soak as one HTML file that needs no network: breaches first, then a table, and
 * lateness, heap and threads over time of some rounds. soak.js renders the results.
 *
 * @param subjects what the names of rounds mean, in the order in which they are shown
 */
record SoakPage(SoakResults results, List<Subject> subjects) {
  /** A fault or a load. */
  private record Subject(String id, String description, boolean load) {}

  static String render(SoakResults results) {
    List<Subject> subjects = new ArrayList<>();
    for (Fault fault : Fault.values()) {
      subjects.add(new Subject(fault.id(), fault.description(), false));
    }
    for (Load load : Load.values()) {
      subjects.add(new Subject(load.id(), load.description(), true));
    }
    return new HtmlPage(
            SoakPage.class,
            "Tourbillon under faults and loads",
            "Timers and coroutines under a steady load, and what they bore",
            "soak.html")
        .script("soak.js")
        .with(new SoakPage(results, subjects));
  }
}
