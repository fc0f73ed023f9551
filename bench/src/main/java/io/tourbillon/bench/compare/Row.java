package io.tourbillon.bench.compare;

import io.tourbillon.bench.scenario.Job;
import io.tourbillon.bench.scenario.Metric;
import io.tourbillon.bench.scenario.Percentile;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All runs of one subject in one scenario at one size, combined.
 *
 * @param spreads the spread of each figure; empty if there is none
 * @param lateness the median of all runs, point by point; empty if nothing comes due
 * @param failed whether a run did not do its work, and so has no number
 * @param failures why runs have no number and what that means, each reason once
 */
record Row(
    String scenario,
    Job job,
    String subject,
    Map<Metric, Spread> spreads,
    List<Percentile> lateness,
    boolean failed,
    List<String> failures) {

  Summary.Key key() {
    return new Summary.Key(scenario, job, subject);
  }

  @Nullable Spread spread(Metric metric) {
    return spreads.get(metric);
  }

  /** Returns infinity if there is none. */
  double median(Metric metric) {
    Spread spread = spread(metric);
    return spread == null ? Double.POSITIVE_INFINITY : spread.median();
  }

  int size() {
    return job.size();
  }
}
