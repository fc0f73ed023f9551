package io.tourbillon.bench.compare;

import io.tourbillon.bench.scenario.Job;
import io.tourbillon.bench.scenario.Measurement;
import io.tourbillon.bench.scenario.Scenario;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The result of one run. Names are texts, so that this can read results of other versions, which
 * may have other scenarios and subjects.
 *
 * @param reason why there is no measurement; null if there is one
 * @param measurement null unless the run was {@link Status#MEASURED}
 */
record Outcome(
    String scenario,
    Job job,
    String subject,
    int repetition,
    Status status,
    @Nullable String reason,
    @Nullable Measurement measurement) {

  enum Status {
    /** Its own check has passed. */
    MEASURED,
    /** The work was not really done, or the process failed: there is no number. */
    FAILED,
    /** It was never begun, or was cut off: the time was over, or this machine lacks the program. */
    LEFT_OUT
  }

  Outcome {
    if ((measurement != null) != (status == Status.MEASURED)) {
      throw new IllegalArgumentException(
          "an outcome must have a measurement if and only if it is MEASURED: " + status);
    }
  }

  boolean isFailureOfOurs() {
    Scenario known = Scenario.byId(scenario);
    return status == Status.FAILED && known != null && known.isOurs(subject);
  }

  /** Why there is no number, and what that means; null if there is a number. */
  @Nullable String failure() {
    return status == Status.MEASURED
        ? null
        : status.name().toLowerCase(Locale.ROOT).replace('_', ' ') + ": " + reason;
  }
}
