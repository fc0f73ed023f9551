package io.tourbillon.timer.internal;

import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A task that is told if it will not run after all: for adapters, behind whose timers somebody
 * waits.
 *
 * <p>Of {@link #run}, {@link #cancelled}, {@link #refused} and {@link #handedBack} exactly one is
 * called for a timer that fires once; none, if it was cancelled by its id. For a periodic one,
 * {@code run} and {@code refused} are called as often as it comes to that, and one of the other two
 * in the end, unless it is its own exception that stops it, or a refusal by an executor that has
 * been terminated. All are called outside all locks, and should be quick and not throw.
 */
public interface AccountableTask extends Runnable {
  /**
   * The timer was cancelled; called by whoever did it. Not for timers without a handle: whoever
   * cancels one by its id knows what it was, and looking for its task would be most of the cost.
   */
  void cancelled();

  /**
   * The time had come, but the executor did not take the task; called by the driver. The exception
   * handler has been told.
   */
  void refused(RejectedExecutionException why);

  /**
   * The service was shut down while the timer was pending; called by whoever did it. If the run of
   * a periodic timer was going on, called after that.
   */
  void handedBack(RejectedExecutionException why);

  /**
   * What {@link TimerService#shutdownNow} returns, and the {@link TimerExceptionHandler} is given,
   * in place of this object: what a caller passed to the adapter. Null, if that was no Runnable.
   */
  @Nullable Runnable passedIn();

  /**
   * The class of what a caller passed to the adapter, whatever that was: people are told by it
   * whose run was slow, see {@link SlowRun}. Asked after the run, by the thread of the run.
   */
  default Class<?> taskType() {
    Runnable own = passedIn();
    return own == null ? getClass() : own.getClass();
  }
}
