package io.tourbillon.bench.compare;

import io.tourbillon.bench.host.Machine;
import io.tourbillon.bench.scenario.Job;
import io.tourbillon.bench.scenario.Measurement;
import io.tourbillon.bench.scenario.Metric;
import io.tourbillon.bench.scenario.Percentile;
import io.tourbillon.bench.scenario.Scenario;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Results of a comparison that never took place. */
final class SampleResults {
  private SampleResults() {}

  static final Machine MACHINE =
      new Machine("A processor", 2, 24L << 30, "A system", "A JDK", 0.125);

  static Results of(Outcome... outcomes) {
    return of(MACHINE, List.of(outcomes));
  }

  static Results of(Machine machine, List<Outcome> outcomes) {
    return new Results(
        Results.FORMAT,
        Instant.parse("2026-11-21T11:30:59Z"),
        7265,
        "compare --repeat 3",
        "ce82d24-dirty",
        machine,
        List.of("-Xmx8g", "-XX:+UseG1GC"),
        Map.of("Netty", "4.2.20.Final"),
        Map.of("asyncio", "python3 is not on the PATH"),
        outcomes.size(),
        List.copyOf(outcomes));
  }

  static Outcome measured(
      Scenario scenario, int size, String subject, int repetition, Metric metric, double value) {
    Measurement measurement = new Measurement(Map.of(metric.id(), value), List.of());
    return outcome(scenario.id(), size, subject, repetition, measurement);
  }

  static Outcome late(Scenario scenario, int size, String subject, Percentile... lateness) {
    return outcome(
        scenario.id(),
        size,
        subject,
        1,
        new Measurement(Map.of(Metric.CPU_PER_OPERATION.id(), 1.0), List.of(lateness)));
  }

  static Outcome failed(String scenario, int size, String subject, String reason) {
    return new Outcome(scenario, job(size), subject, 9, Outcome.Status.FAILED, reason, null);
  }

  static Outcome leftOut(Scenario scenario, int size, String subject, String reason) {
    return new Outcome(scenario.id(), job(size), subject, 9, Outcome.Status.LEFT_OUT, reason, null);
  }

  private static Outcome outcome(
      String scenario, int size, String subject, int repetition, Measurement measurement) {
    return new Outcome(
        scenario, job(size), subject, repetition, Outcome.Status.MEASURED, null, measurement);
  }

  private static Job job(int size) {
    return new Job(size, 2000, 3500);
  }
}
