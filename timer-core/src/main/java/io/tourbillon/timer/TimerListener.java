package io.tourbillon.timer;

import java.util.concurrent.RejectedExecutionException;

/**
 * Sees what happens to timers, one call an event. A service without a listener pays nothing for
 * this.
 *
 * <p>Each method is called by the thread on which the event happens, outside all locks: {@code
 * scheduled}, {@code rescheduled}, {@code cancelled}, {@code handedBack} and the {@code rejected}
 * of {@code maxPending} by the caller of the service, {@code stalled} by the watchdog's thread, the
 * others by the driver or the executor's thread. So the calls for one timer may come out of order:
 * a timer can be seen to fire before it is seen to be scheduled. Implementations must be
 * thread-safe and quick. What they throw is logged and otherwise ignored.
 *
 * <p>Ids are those of {@link TimerService#arm}; timers with handles have them too. A periodic timer
 * gets a new one for each run, but for runs that it missed and makes up for at once, and so does a
 * timer that is put off when it is due. The tasks of executor views have ids below 0, one for all
 * runs, which only name them here.
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
   * A timer has fired, before its task runs: the task of a timer with a handle, or of an executor
   * view, is about to begin; a timer known by its id was taken out of the wheel; or a run that was
   * missed is about to be made up for. If the executor refuses the task, {@code rejected} follows
   * instead of the run: the timer has fired all the same.
   *
   * @param latenessNanos time since the end of the tick in which it was due
   */
  default void fired(long id, long latenessNanos) {}

  /** A task has returned or thrown. */
  default void ran(long id, long runNanos) {}

  /** A task has thrown; {@code ran} is called too. */
  default void failed(long id, Throwable error) {}

  /**
   * A timer was refused for {@code maxPending}, or the executor refused the task of one, of which
   * {@code fired} was told before.
   */
  default void rejected(RejectedExecutionException cause) {}

  /** The driver was late by so much through no task's fault: a collection, or a stopped process. */
  default void paused(long pauseNanos) {}

  /**
   * A task holds the driver, or a thread of the executor, for longer than the watchdog's bound; it
   * is still running.
   */
  default void stalled(StallReport report) {}
}
