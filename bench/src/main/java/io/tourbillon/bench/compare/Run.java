package io.tourbillon.bench.compare;

import io.tourbillon.bench.scenario.Job;
import io.tourbillon.bench.scenario.Measurement;
import io.tourbillon.bench.scenario.Scenario;
import io.tourbillon.bench.subject.Subject;
import org.jspecify.annotations.Nullable;

/**
 * One process of a comparison.
 *
 * @param repetition from 1 on
 */
record Run(Scenario scenario, Job job, Subject subject, int repetition) {

  Outcome measured(Measurement measurement) {
    return outcome(Outcome.Status.MEASURED, null, measurement);
  }

  Outcome failed(String reason) {
    return outcome(Outcome.Status.FAILED, reason, null);
  }

  Outcome leftOut(String reason) {
    return outcome(Outcome.Status.LEFT_OUT, reason, null);
  }

  private Outcome outcome(
      Outcome.Status status, @Nullable String reason, @Nullable Measurement measurement) {
    return new Outcome(scenario.id(), job, subject.id(), repetition, status, reason, measurement);
  }
}
