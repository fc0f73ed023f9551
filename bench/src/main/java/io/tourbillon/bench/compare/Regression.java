package io.tourbillon.bench.compare;

import io.tourbillon.bench.scenario.Job;
import io.tourbillon.bench.scenario.Metric;
import io.tourbillon.bench.scenario.Scenario;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What has changed since an earlier comparison. */
final class Regression {
  private static final int LEAST_PEERS = 3;

  /** With fewer runs, the ranges of two equal subjects lie apart by chance too often. */
  private static final int LEAST_RUNS = 3;

  /** Smaller changes are not worth reporting, even if they are certain. */
  private static final double LEAST_SHARE = 0.1;

  private final List<Change> changes = new ArrayList<>();
  private final boolean sameMachine;
  private final boolean sameVersions;

  private enum Verdict {
    SLOWER,
    SAME,
    FASTER,
    /** Too few runs. */
    UNKNOWN
  }

  /**
   * A figure in two comparisons.
   *
   * @param drift the factor by which the same figure of the peers has changed, which is an effect
   *     of the machine; 1 if too few peers took part in both
   */
  private record Change(
      Scenario scenario, Row row, Metric metric, Spread before, Spread now, double drift) {
    /**
     * A figure is slower or faster if the ranges of both sides do not overlap, and if the medians
     * differ by more than 10 percent and by more than {@link Metric#leastDifference}. This must
     * hold as measured, and also after the drift of the peers is taken off if the drift explains a
     * part of the change. With 3 runs each, the ranges of equal subjects lie apart in 1 of 20 cases
     * on each side, with 5 in 1 of 252.
     */
    Verdict verdict() {
      if (before.count() < LEAST_RUNS || now.count() < LEAST_RUNS) {
        return Verdict.UNKNOWN;
      }
      if (exceeds(now, before, Math.max(drift, 1))) {
        return Verdict.SLOWER;
      }
      return exceeds(before, now, Math.max(1 / drift, 1)) ? Verdict.FASTER : Verdict.SAME;
    }

    private boolean exceeds(Spread more, Spread less, double expected) {
      return more.least() > less.most() * expected
          && more.median() > less.median() * expected * (1 + LEAST_SHARE)
          && more.median() - less.median() * expected > metric.leastDifference();
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s %d %s: %s %s -> %s; peers x %.2f",
          row.scenario(),
          row.size(),
          row.subject(),
          metric.title(),
          Scale.text(metric.unit(), before),
          Scale.text(metric.unit(), now),
          drift);
    }
  }

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
        boolean drifts = metric.isTime() && sameVersions;
        double drift = drifts ? drift(scenario, now.job(), metric, earlier, later) : 1;
        changes.add(new Change(scenario, now, metric, spreadBefore, spreadNow, drift));
      }
    }
  }

  /** The median change of the peers: at least three, so that no single one decides. */
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

  /** Returns true if a subject of ours is slower than before, beyond the noise. */
  boolean hasOursSlowed() {
    return with(Verdict.SLOWER).stream()
        .anyMatch(change -> change.scenario.isOurs(change.row.subject()));
  }

  private List<Change> with(Verdict verdict) {
    return changes.stream().filter(change -> change.verdict() == verdict).toList();
  }

  /** For people: what is slower, what is faster, and how many figures are undecided. */
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
      text.append("Fewer than ").append(LEAST_RUNS).append(" runs, so not known: ");
      text.append(unknown).append(" figures\n");
    }
    return text.toString();
  }

  private static void append(StringBuilder text, String title, List<Change> changes) {
    text.append(title).append(changes.isEmpty() ? ": none\n" : ":\n");
    changes.forEach(change -> text.append("  ").append(change).append('\n'));
  }
}
