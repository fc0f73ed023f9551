package io.tourbillon.bench.compare;

import io.tourbillon.bench.scenario.Scenario;
import java.util.Arrays;
import java.util.List;

/** What the page tells of a scenario. */
record Section(Scenario scenario, List<Plot> plots, Table table) {

  /** A section for each scenario that anything is known of, even that it failed. */
  static List<Section> of(Summary summary) {
    return Arrays.stream(Scenario.values())
        .filter(scenario -> !summary.rows(scenario).isEmpty())
        .map(
            scenario ->
                new Section(
                    scenario,
                    Plots.of(scenario, summary),
                    Table.of(scenario, summary.rows(scenario))))
        .toList();
  }
}
