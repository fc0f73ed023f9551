package io.tourbillon.timer;

import java.util.concurrent.RejectedExecutionException;

/**
 * Receives the events of timers, one call for each event. A service without a listener pays
 * nothing.
 *
 * <p>Each method is called by the thread that causes the event, without a lock. Callers of the
 * service call {@code scheduled}, {@code rescheduled}, {@code cancelled}, {@code handedBack}, and
 * {@code rejected} because of {@code maxPending}; the watchdog calls {@code stalled}; the driver or
 * a thread of the executor calls the others. So the calls for one timer may come out of order: a
 * timer may fire before {@code scheduled} is called. Implementations must be thread-safe and fast.
 * Exceptions that they throw are logged and otherwise ignored.
 *
 * <p>Ids are those of {@link TimerService#arm}; timers with handles have them too. A periodic timer
 * gets a new id for each run, except for missed runs that it makes up for at once; a timer that is
 * postponed when it is due gets a new id too. A timer of {@link LongTimers} has the id that {@link
 * LongTimers#arm} returned, which is below 0. The tasks of executor views have ids below 0, one for
 * all runs, which are of use in a listener only.
 */
public interface TimerListener {
  /** A timer was accepted. */
  default void scheduled(long id, long deadlineNanos) {}

  /** A pending timer was given a new deadline. */
  default void rescheduled(long id, long deadlineNanos) {}

  /** A timer was cancelled. */
  default void cancelled(long id) {}

  /** A timer was pending at shutdown. */
  default void handedBack(long id) {}

  /**
   * A timer has fired; called before its task runs. This is when the task of a timer with a handle
   * or of an executor view is about to begin, when a timer without a handle was taken out of the
   * wheel, or when a missed run is about to be made up for. If the executor refuses the task,
   * {@code rejected} follows instead of the run; the timer has fired all the same.
   *
   * @param latenessNanos time since the end of the tick in which the timer was due
   */
  default void fired(long id, long latenessNanos) {}

  /** A task has returned or thrown. */
  default void ran(long id, long runNanos) {}

  /** A task has thrown; {@code ran} is called as well. */
  default void failed(long id, Throwable error) {}

  /**
   * A timer was refused because of {@code maxPending}, or the executor refused the task of a timer,
   * for which {@code fired} was called before.
   */
  default void rejected(RejectedExecutionException cause) {}

  /**
   * The driver was late for another reason than a task, such as a garbage collection or a stopped
   * process.
   */
  default void paused(long pauseNanos) {}

  /**
   * A task has held the driver, or a thread of the executor, for longer than the watchdog's bound,
   * and is still running.
   */
  default void stalled(StallReport report) {}
}
