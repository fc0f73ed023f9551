package io.tourbillon.bench.scenario;

import java.util.List;

/**
 * How much of a scenario a comparison does.
 *
 * @param sizes the sizes to measure
 * @param warmUpMillis the minimum time of the warm-up
 * @param measureMillis how long the measurement takes, or over what time its timers are spread
 */
public record Effort(List<Integer> sizes, int warmUpMillis, int measureMillis) {
  static Effort of(int warmUpMillis, int measureMillis, Integer... sizes) {
    return new Effort(List.of(sizes), warmUpMillis, measureMillis);
  }

  /** Returns the same effort with other sizes, or this one if there are none. */
  public Effort withSizes(List<Integer> others) {
    return others.isEmpty() ? this : new Effort(others, warmUpMillis, measureMillis);
  }

  public List<Job> jobs() {
    return sizes.stream().map(size -> new Job(size, warmUpMillis, measureMillis)).toList();
  }
}
