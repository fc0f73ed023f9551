package io.tourbillon.timer;

import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A timer that can still be cancelled when a batch has taken it, until its task begins: a timer
 * with a handle, or a timer of an executor view. A timer that is known only by its id has no
 * object: its entry in the wheel is the task itself.
 *
 * <p>It is a {@link Runnable} because entries of a wheel are, and must not be run as one.
 */
interface CancellableTimer extends Runnable {
  /** The tag, or null if the timer has none. */
  @Nullable String tag();

  /** The task, or null if the timer has let it go. */
  @Nullable Runnable task();

  boolean isPeriodic();

  /**
   * Begins a run. Called without a lock, by the thread that runs the task.
   *
   * @return the task to run, or null if the timer was cancelled or rescheduled before
   */
  @Nullable Runnable begin();

  /**
   * Called after a run: a periodic timer is armed again or ends.
   *
   * @param ran the task
   * @param failed whether the task has thrown
   * @param isOver whether no run can follow, whatever the options say
   * @param mayRunAgain whether this may return true
   * @return true if the timer has missed a run and must run again at once
   */
  boolean settle(Runnable ran, boolean failed, boolean isOver, boolean mayRunAgain);

  /**
   * Ends the timer after something other than its task has failed.
   *
   * @param begun what {@link #begin} returned
   * @param why the reason, for those who wait for the task
   */
  void abandon(@Nullable Runnable begun, RejectedExecutionException why);

  /** Only a service runs its timers. */
  @Override
  default void run() {
    throw new UnsupportedOperationException("a timer is run by its service: " + this);
  }
}
