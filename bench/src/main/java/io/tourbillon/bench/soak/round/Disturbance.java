package io.tourbillon.bench.soak.round;

/** A fault: something that happens to a program, and that the library must bear. */
@FunctionalInterface
public interface Disturbance {
  /**
   * Disturbs while the scene goes on. When it returns, the fault is gone, and so is everything that
   * it has made: lateness must be normal a second later. What it makes itself is checked by it, or
   * entered in an account of the stage.
   */
  void disturb(Scene scene) throws Exception;
}
