package io.tourbillon.bench.compare;

import io.tourbillon.bench.scenario.Metric;
import org.jspecify.annotations.Nullable;

/**
 * A measured value in words.
 *
 * @param median with its unit
 * @param range least and most, in the unit of the median; empty for a single run
 */
record Figure(String median, String range) {
  private static final Figure NONE = new Figure("–", "");

  /** Of a spread, or a dash for none. */
  static Figure of(Metric metric, @Nullable Spread spread) {
    if (spread == null) {
      return NONE;
    }
    Scale scale = Scale.of(metric.unit(), spread.median());
    String range =
        spread.count() == 1
            ? ""
            : scale.number(spread.least()) + " – " + scale.number(spread.most());
    return new Figure(scale.text(spread.median()), range);
  }
}
