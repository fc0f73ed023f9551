package io.tourbillon.timer.wheel;

/** Receives the timers that {@link LongWheel#advance} takes out of the wheel. */
@FunctionalInterface
public interface LongExpiryHandler {
  /**
   * Receives one expired timer. It has already left the wheel: its id is stale. The handler must
   * not call the wheel and must not throw.
   *
   * @param id the id that {@link LongWheel#arm} returned
   * @param deadlineTick the deadline, never after the tick that the wheel is advancing through
   * @param payload what was armed
   */
  void expired(long id, long deadlineTick, long payload);
}
