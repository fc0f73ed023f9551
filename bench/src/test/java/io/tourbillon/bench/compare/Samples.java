package io.tourbillon.bench.compare;

import io.tourbillon.bench.compare.Outcome.Status;
import io.tourbillon.bench.host.Machine;
import io.tourbillon.bench.scenario.Effort;
import io.tourbillon.bench.scenario.Job;
import io.tourbillon.bench.scenario.Measurement;
import io.tourbillon.bench.scenario.Metric;
import io.tourbillon.bench.scenario.Scenario;
import io.tourbillon.bench.subject.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Results made up for tests. */
final class Samples {
  private static final Effort EFFORT = new Effort(List.of(), 10, 20);

  private final List<Outcome> outcomes = new ArrayList<>();
  private final Machine machine;
  private final Effort effort;

  Samples() {
    this(SampleResults.MACHINE, EFFORT);
  }

  Samples(Machine machine) {
    this(machine, EFFORT);
  }

  Samples(Effort effort) {
    this(SampleResults.MACHINE, effort);
  }

  private Samples(Machine machine, Effort effort) {
    this.machine = machine;
    this.effort = effort;
  }

  /** Adds a run for each value. */
  Samples measured(Scenario scenario, int size, Subject subject, Metric metric, double... values) {
    for (int run = 0; run < values.length; run++) {
      Measurement measurement = new Measurement(Map.of(metric.id(), values[run]), List.of());
      outcomes.add(
          new Outcome(
              scenario.id(), job(size), subject.id(), run + 1, Status.MEASURED, null, measurement));
    }
    return this;
  }

  Samples without(Scenario scenario, int size, Subject subject, Status status, String reason) {
    outcomes.add(new Outcome(scenario.id(), job(size), subject.id(), 1, status, reason, null));
    return this;
  }

  private Job job(int size) {
    return new Job(size, effort.warmUpMillis(), effort.measureMillis());
  }

  Results results() {
    return SampleResults.of(machine, outcomes);
  }
}
