package io.tourbillon.bench.subject;

/**
 * A bare wheel, at tick 0 at first: a data structure for one thread, without clock or lock. Timers
 * are known by ids.
 */
public interface WheelSubject {
  /**
   * Arms a timer and returns its id.
   *
   * @param deadlineTick after the last tick that was advanced to
   */
  long arm(long deadlineTick, SubjectTask task);

  /** Cancels a timer; returns true if it was pending. */
  boolean cancel(long id);

  /**
   * The next tick that there is something to do in, as far as the wheel knows: nothing is due
   * before it. One that does not know names the tick after the last.
   */
  long nextTick();

  /**
   * Advances through all ticks up to this one and runs what is due. The timers have left the wheel
   * when the sink receives them; the sink must not call the wheel.
   */
  void advance(long tick, WheelSink sink);

  /** Timers pending, by the wheel's own count. */
  long pending();
}
