package io.tourbillon.bench.subject;

/**
 * A bare wheel, which begins at tick 0: a data structure for one thread, without clock or lock. Ids
 * identify its timers.
 */
public interface WheelSubject {
  /**
   * Arms a timer and returns its id.
   *
   * @param deadlineTick later than the last tick that the wheel was advanced to
   */
  long arm(long deadlineTick, SubjectTask task);

  /** Cancels a timer; returns true if it was pending. */
  boolean cancel(long id);

  /**
   * Returns the next tick in which the wheel may have something to do: nothing is due before it. A
   * wheel that does not know returns the tick after the last one.
   */
  long nextTick();

  /**
   * Advances through all ticks up to this one and runs what is due. Timers have left the wheel when
   * the sink receives them. The sink must not call the wheel.
   */
  void advance(long tick, WheelSink sink);

  /** The number of pending timers, as counted by the wheel. */
  long pending();
}
