package io.tourbillon.timer.wheel;

/**
 * Receives the timers that {@link TimingWheel#advance} takes out of the wheel.
 *
 * @param <T> the type of the tasks
 */
@FunctionalInterface
public interface ExpiryHandler<T> {
  /**
   * Receives one expired timer. It has already left the wheel: its id is stale. The handler must
   * not call the wheel and must not throw.
   *
   * @param id the id that {@link TimingWheel#arm} returned
   * @param deadlineTick the deadline, never after the tick that the wheel is advancing through
   * @param task what was armed
   */
  void expired(long id, long deadlineTick, T task);
}
