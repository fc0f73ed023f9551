package io.tourbillon.timer.wheel;

/** Receives the pending timers that {@link LongWheel#visit} shows. */
@FunctionalInterface
public interface LongTimerVisitor {
  /**
   * Receives one pending timer, which stays in the wheel. The visitor must not change the wheel.
   *
   * @param id the id that {@link LongWheel#arm} returned
   * @param deadlineTick the deadline
   * @param payload what was armed
   */
  void visit(long id, long deadlineTick, long payload);
}
