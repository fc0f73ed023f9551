package io.tourbillon.bench.compare;

import java.util.Collection;

/**
 * Several measurements of the same figure: the median, and the range.
 *
 * @param least the least value
 * @param most the greatest value
 * @param count the number of values, at least 1
 */
record Spread(double median, double least, double most, int count) {

  /** The spread of at least one value. */
  static Spread of(Collection<Double> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("there must be a value at least: 0");
    }
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1], sorted.length);
  }
}
