package io.tourbillon.bench.work;

/** What is repeated and measured, by one thread. */
@FunctionalInterface
public interface Operation {
  /**
   * Does it once.
   *
   * @throws IllegalStateException if a timer that had to be pending was not
   */
  void operate();
}
