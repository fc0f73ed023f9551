package io.tourbillon.bench.subject;

/**
 * A bare wheel at tick 0, where it stays: a data structure for one thread, without clock or lock.
 * Timers go by ids.
 */
public interface WheelSubject {
  /** Arms a timer and returns its id. */
  long arm(long deadlineTick, SubjectTask task);

  /** Cancels a timer, and says whether it was pending. */
  boolean cancel(long id);

  /** Timers pending, by the wheel's own count. */
  long pending();
}
