package io.tourbillon.bench.work;

/** An operation that one thread repeats and measures. */
@FunctionalInterface
public interface Operation {
  /**
   * Performs the operation once.
   *
   * @throws IllegalStateException if a timer that had to be pending was not
   */
  void operate();
}
