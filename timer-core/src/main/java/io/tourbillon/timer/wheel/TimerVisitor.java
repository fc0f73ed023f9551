package io.tourbillon.timer.wheel;

/**
 * Receives the pending timers that {@link TimingWheel#visit} shows.
 *
 * @param <T> the type of the tasks
 */
@FunctionalInterface
public interface TimerVisitor<T> {
  /**
   * Receives one pending timer, which stays in the wheel. The visitor must not change the wheel.
   *
   * @param id the id that {@link TimingWheel#arm} returned
   * @param deadlineTick the deadline
   * @param task what was armed
   */
  void visit(long id, long deadlineTick, T task);
}
