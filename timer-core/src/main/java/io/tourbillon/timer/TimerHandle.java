package io.tourbillon.timer;

import java.time.Duration;

/**
 * A timer that was scheduled. All methods may be called by any thread, and from inside the task.
 * They take tens of nanoseconds.
 *
 * <pre>
 *              +--- its task begins ---> FIRED
 *   PENDING ---+--- cancel ------------> CANCELLED
 *              +--- shutdownNow -------> HANDED_BACK
 * </pre>
 *
 * <p>A periodic timer stays PENDING between its runs and during a run. It becomes FIRED when it
 * will not run again: after an exception with {@link OnException#STOP}, or after the run during
 * which the service was shut down.
 */
public interface TimerHandle {
  /** The state of a timer. All states but PENDING are final. */
  enum State {
    /** It will fire. */
    PENDING,
    /** Its task has run, or is running. */
    FIRED,
    /** It was cancelled before it fired; a periodic timer does not fire again. */
    CANCELLED,
    /** It was pending when the service was shut down. */
    HANDED_BACK
  }

  /**
   * Cancels the timer if its task has not begun, and releases the task at once. A run of a periodic
   * timer is not interrupted.
   *
   * @return true if this call ended the timer; the task will not begin
   */
  boolean cancel();

  /**
   * Cancels the timer as {@link #cancel} does, and waits until no run of its task is in progress.
   * So after the call, whatever the task uses may be released. Inside the task itself it does not
   * wait. Two tasks that call this for each other's timer wait for ever. A coroutine that calls
   * this blocks as a plain thread does.
   *
   * @return true if this call ended the timer, as for {@link #cancel}
   * @throws InterruptedException if the calling thread is interrupted while it waits; the timer is
   *     cancelled all the same
   */
  boolean cancelAndWait() throws InterruptedException;

  /**
   * Gives the timer a new delay, counted from now. This is the operation for idle timeouts, and the
   * cheapest of all when it makes the deadline later. A periodic timer continues with its period
   * from the new deadline. The slack of {@link TimerOptions} stays. A timer that is due but whose
   * task has not begun is postponed as well, unless the service was shut down.
   *
   * @param delay zero or less fires at the next tick
   * @return false if the timer has ended; it is not revived
   * @throws java.util.concurrent.RejectedExecutionException if the timer is due, and the shard of
   *     the thread that made it is full; the timer fires
   */
  boolean reschedule(Duration delay);

  /**
   * Gives a periodic timer a new period. The run for which the timer is armed stays as it is; from
   * the run after that on, runs are the new period apart. To bring the next run forward as well,
   * call {@link #reschedule}. During a run, the new period counts from that run.
   *
   * @param period more than zero and longer than the slack; shorter than a tick counts as one tick
   * @return false if the timer has ended
   * @throws IllegalArgumentException if the period is out of range
   * @throws IllegalStateException if the timer is not periodic
   */
  boolean changePeriod(Duration period);

  /**
   * The time until the tick in which the timer fires, which is at or after its deadline; zero if
   * the timer is due or has ended, and during a run of a periodic timer.
   */
  Duration remaining();

  /** The current state. PENDING may change at any moment. */
  State state();
}
