package io.tourbillon.timer.wheel;

/** Receives the timers that {@link TimingWheel#advance} takes out of the wheel. */
@FunctionalInterface
public interface ExpirySink<T> {
  /**
   * Takes one expired timer. It has left the wheel: its id is stale. The sink must not call the
   * wheel and must not throw.
   *
   * @param id the id that {@link TimingWheel#arm} returned
   * @param deadlineTick the deadline, never after the tick that the wheel is advancing through
   * @param task what was armed
   */
  void expired(long id, long deadlineTick, T task);
}
