package io.tourbillon.bench.compare;

import io.tourbillon.bench.compare.Change.Verdict;
import io.tourbillon.bench.scenario.Job;
import io.tourbillon.bench.scenario.Metric;
import io.tourbillon.bench.scenario.Scenario;
import java.util.ArrayList;
import java.util.List;

/** What has changed since an earlier comparison. */
final class Regression {
  private static final int LEAST_PEERS = 3;

  private final List<Change> changes = new ArrayList<>();
  private final boolean sameMachine;
  private final boolean sameVersions;

  Regression(Results before, Results now) {
    sameMachine =
        before.machine().isLike(now.machine()) && before.jvmFlags().equals(now.jvmFlags());
    sameVersions = before.versions().equals(now.versions());
    Summary earlier = Summary.of(before);
    Summary later = Summary.of(now);
    for (Scenario scenario : Scenario.values()) {
      for (Metric metric : scenario.metrics()) {
        if (metric.isSteady()) {
          compare(scenario, metric, earlier, later);
        }
      }
    }
  }

  private void compare(Scenario scenario, Metric metric, Summary earlier, Summary later) {
    for (Row now : later.rows(scenario)) {
      Row before = earlier.row(now);
      Spread spreadBefore = before == null ? null : before.spread(metric);
      Spread spreadNow = now.spread(metric);
      if (spreadBefore != null && spreadNow != null) {
        double drift =
            metric.isTime() && sameVersions
                ? drift(scenario, now.job(), metric, earlier, later)
                : 1;
        changes.add(
            new Change(
                scenario, now.size(), now.subject(), metric, spreadBefore, spreadNow, drift));
      }
    }
  }

  /** The median of what happened to the peers: of three at least, so that no single one decides. */
  private static double drift(
      Scenario scenario, Job job, Metric metric, Summary earlier, Summary later) {
    List<Double> ratios = new ArrayList<>();
    for (Row now : later.rows(scenario)) {
      Row before = earlier.row(now);
      if (now.job().equals(job) && before != null && !scenario.isOurs(now.subject())) {
        Spread spreadBefore = before.spread(metric);
        Spread spreadNow = now.spread(metric);
        if (spreadBefore != null && spreadNow != null && spreadBefore.median() > 0) {
          ratios.add(spreadNow.median() / spreadBefore.median());
        }
      }
    }
    double drift = ratios.size() < LEAST_PEERS ? 1 : Spread.of(ratios).median();
    return drift > 0 ? drift : 1;
  }

  /** Whether one of ours is slower than before, beyond the noise. */
  boolean hasOursSlowed() {
    return with(Verdict.SLOWER).stream()
        .anyMatch(change -> change.scenario().isOurs(change.subject()));
  }

  private List<Change> with(Verdict verdict) {
    return changes.stream().filter(change -> change.verdict() == verdict).toList();
  }

  /** For people: what is slower, what is faster, and how much there is to say nothing about. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    if (!sameMachine) {
      text.append("Other machine, JDK or flags than before: what changed may be theirs.\n");
    }
    if (!sameVersions) {
      text.append("Other versions of peers than before: what they did is not taken off.\n");
    }
    append(text, "Slower beyond the noise", with(Verdict.SLOWER));
    append(text, "Faster beyond the noise", with(Verdict.FASTER));
    text.append("Within the noise: ").append(with(Verdict.SAME).size()).append(" figures\n");
    int unknown = with(Verdict.UNKNOWN).size();
    if (unknown > 0) {
      text.append("Fewer than ").append(Change.LEAST_RUNS).append(" runs, so not known: ");
      text.append(unknown).append(" figures\n");
    }
    return text.toString();
  }

  private static void append(StringBuilder text, String title, List<Change> changes) {
    text.append(title).append(changes.isEmpty() ? ": none\n" : ":\n");
    changes.forEach(change -> text.append("  ").append(change).append('\n'));
  }
}
