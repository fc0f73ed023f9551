package io.tourbillon.timer;

import java.time.Duration;

/**
 * A timer that was scheduled. All methods may be called by any thread, from inside the task too,
 * and take tens of nanoseconds.
 *
 * <pre>
 *              +--- its task begins ---> FIRED
 *   PENDING ---+--- cancel ------------> CANCELLED
 *              +--- shutdownNow -------> HANDED_BACK
 * </pre>
 *
 * <p>A periodic timer stays PENDING between its runs and while one is going on. It has FIRED when
 * it will not run again: after an exception that is to stop it, or after the run that a shutdown
 * found going on.
 */
public interface TimerHandle {
  /** How a timer stands; all but PENDING are final. */
  enum State {
    /** It will fire. */
    PENDING,
    /** Its task has run, or is running. */
    FIRED,
    /** It was cancelled and did not fire, or, if it is periodic, does not fire again. */
    CANCELLED,
    /** It was pending when the service was shut down. */
    HANDED_BACK
  }

  /**
   * Ends the timer, also one that is due and whose task has not begun. Its task is let go at once.
   * The run of a periodic timer that is going on is not interrupted.
   *
   * @return true if this call ended it; the task does not begin any more then
   */
  boolean cancel();

  /**
   * Gives the timer a new delay, counted from now: the idle-timeout pattern, and the cheapest
   * operation of all when it makes the deadline later. A periodic timer goes on with its period
   * from there. One that is due and whose task has not begun is put off as well, unless the service
   * was shut down.
   *
   * @param delay zero or less for the next tick
   * @return false if the timer has ended; it is not revived
   * @throws java.util.concurrent.RejectedExecutionException if the timer is due and 67 million
   *     others are pending in its shard; it fires then
   */
  boolean reschedule(Duration delay);

  /**
   * The time until the deadline, rounded up to a tick: zero if it is due or has ended, or while a
   * run of a periodic timer is going on.
   */
  Duration remaining();

  /** How the timer stands; it may change at any moment while it is PENDING. */
  State state();
}
