package io.tourbillon.bench.compare;

import io.tourbillon.bench.scenario.Metric;
import io.tourbillon.bench.scenario.Scenario;
import java.util.Locale;

/**
 * A figure of two comparisons.
 *
 * @param drift by what factor the same figure of the peers has changed: what the machine, and not
 *     the subject, has done; 1 if too few of them took part in both
 */
record Change(
    Scenario scenario,
    int size,
    String subject,
    Metric metric,
    Spread before,
    Spread now,
    double drift) {
  /** Fewer runs than this, and the ranges of two equals lie apart by chance too often. */
  static final int LEAST_RUNS = 3;

  /** What is not worth a word even if it is sure. */
  private static final double LEAST_SHARE = 0.1;

  enum Verdict {
    SLOWER,
    SAME,
    FASTER,
    /** Too few runs. */
    UNKNOWN
  }

  /**
   * Slower, or faster, is what lies apart: every run of one side from every run of the other, by 10
   * percent at least, and by a difference that matters. It has to be so as measured, and with the
   * drift of the peers taken off where that speaks against it. With 3 runs each, ranges of equals
   * lie apart in 1 of 20 cases on each side, with 5 in 1 of 252.
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
    Figure was = Figure.of(metric, before);
    Figure is = Figure.of(metric, now);
    return String.format(
        Locale.ROOT,
        "%s %d %s: %s %s (%s) -> %s (%s); peers x %.2f",
        scenario.id(),
        size,
        subject,
        metric.title(),
        was.median(),
        was.range(),
        is.median(),
        is.range(),
        drift);
  }
}
