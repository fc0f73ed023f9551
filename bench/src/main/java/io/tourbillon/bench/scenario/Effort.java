package io.tourbillon.bench.scenario;

import java.util.List;

/**
 * How much of a scenario a comparison does.
 *
 * @param sizes each of which is measured
 * @param warmUpMillis how long it is done at least before it is measured
 * @param measureMillis how long what is measured goes on, or over what time it is spread
 */
public record Effort(List<Integer> sizes, int warmUpMillis, int measureMillis) {
  static Effort of(int warmUpMillis, int measureMillis, Integer... sizes) {
    return new Effort(List.of(sizes), warmUpMillis, measureMillis);
  }

  /** The same with other sizes, or the very same if there are none. */
  public Effort withSizes(List<Integer> others) {
    return others.isEmpty() ? this : new Effort(others, warmUpMillis, measureMillis);
  }

  public List<Job> jobs() {
    return sizes.stream().map(size -> new Job(size, warmUpMillis, measureMillis)).toList();
  }
}
