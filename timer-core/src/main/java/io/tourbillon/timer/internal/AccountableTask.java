package io.tourbillon.timer.internal;

import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A task that is notified if it will not run. For adapters whose callers wait for a timer.
 *
 * <p>For a timer that fires once, exactly one of {@link #run}, {@link #cancelled}, {@link #refused}
 * and {@link #handedBack} is called; none of them if it was cancelled by its id. For a periodic
 * timer, {@code run} and {@code refused} are called for each run, and one of the other two at the
 * end, unless the timer ends by its own exception or by the refusal of an executor that has been
 * terminated. All are called without a lock, should be fast and should not throw.
 */
public interface AccountableTask extends Runnable {
  /**
   * The timer was cancelled; called by the thread that cancelled it. Not called for timers without
   * a handle: looking for the task would be most of the cost of a cancel by id.
   */
  void cancelled();

  /**
   * The timer was due, but the executor refused the task; called by the driver, after the exception
   * handler.
   */
  void refused(RejectedExecutionException why);

  /**
   * The service was shut down while the timer was pending; called by the thread that shut it down.
   * For a periodic timer that is running, called after the run.
   */
  void handedBack(RejectedExecutionException why);

  /**
   * The object that a caller passed to the adapter, or null if that was no Runnable. {@code
   * TimerService.shutdownNow} returns it, and the {@code TimerExceptionHandler} receives it, in
   * place of this object.
   */
  @Nullable Runnable passedIn();

  /**
   * The class of the object that a caller passed to the adapter. It names the task in reports of
   * slow runs, see {@code SlowRun}. Called after the run, by the thread of the run.
   */
  default Class<?> taskType() {
    Runnable own = passedIn();
    return own == null ? getClass() : own.getClass();
  }
}
