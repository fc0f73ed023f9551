package io.tourbillon.timer;

import java.util.concurrent.ScheduledExecutorService;

/**
 * A timer service as the JDK's {@link ScheduledExecutorService}, with the contract, the order and
 * the policies of {@link java.util.concurrent.ScheduledThreadPoolExecutor}. {@link
 * TimerService#asScheduledExecutor} makes it.
 *
 * <p><b>Order.</b> Tasks run by deadline in nanoseconds, and those of the same deadline in the
 * order of submission, whichever threads submitted them and however late the driver is. If the
 * service has an executor, tasks are handed to it in that order. Tasks without a delay run as soon
 * as the driver is free; delayed ones run at the end of the tick in which their deadline lies, or
 * before a task without a delay that was submitted after their deadline. None runs early.
 *
 * <p><b>Threads.</b> Tasks run where the service's do. On the driver, without an executor, no two
 * run at a time, and one that waits for the future of another, or in {@link #awaitTermination} for
 * all, waits for ever and holds up every timer of the service. {@link #close} from inside a task
 * does not wait.
 *
 * <p><b>Cost.</b> Submitting a task takes one lock for all threads, for tens of nanoseconds, as the
 * order is one for all threads. A cancelled task leaves the queue at once.
 *
 * <p>What the JDK leaves open:
 *
 * <ul>
 *   <li>Futures of what a shutdown of the service or a refusal by its executor kept from running
 *       fail with a {@link java.util.concurrent.RejectedExecutionException}. Those that {@link
 *       #shutdownNow} of this view returns stay open, as the JDK's do, and running one cancels it;
 *       but what {@code invokeAll} and {@code invokeAny} wait for inside is cancelled.
 *   <li>If the service's executor is an {@link java.util.concurrent.ExecutorService} that was
 *       terminated before it ran a task, the future of that task fails in the same way, within a
 *       second or when somebody waits for the end of this view.
 *   <li>The service's exception handler is told what a command given to {@link #execute} threw, and
 *       what ended a periodic task: it has no other witness. Failures of other tasks are in their
 *       futures only.
 *   <li>Timeouts of {@code get}, {@code invokeAll}, {@code invokeAny} and {@link #awaitTermination}
 *       are real time, also when the service goes by a virtual clock.
 *   <li>A listener of the service is told of these timers by ids below 0, which {@link
 *       TimerService#cancel(long)} does not know.
 * </ul>
 *
 * <p>All methods may be called by any thread. The counts are exact when nothing is in flight.
 */
public interface ScheduledExecutorView extends ScheduledExecutorService {
  /**
   * Whether periodic tasks continue after {@link #shutdown}; false by default. Setting it to false
   * after a shutdown ends those that are waiting.
   */
  void setContinueExistingPeriodicTasksAfterShutdownPolicy(boolean value);

  /** See {@link #setContinueExistingPeriodicTasksAfterShutdownPolicy}. */
  boolean getContinueExistingPeriodicTasksAfterShutdownPolicy();

  /**
   * Whether delayed tasks still run after {@link #shutdown}; true by default. Setting it to false
   * after a shutdown cancels those that are waiting for their deadline.
   */
  void setExecuteExistingDelayedTasksAfterShutdownPolicy(boolean value);

  /** See {@link #setExecuteExistingDelayedTasksAfterShutdownPolicy}. */
  boolean getExecuteExistingDelayedTasksAfterShutdownPolicy();

  /** Tasks that wait for their deadline or for a thread. */
  long getQueueSize();

  /** Tasks that are running. */
  int getActiveCount();

  /** Runs that have ended; each run of a periodic task counts. */
  long getCompletedTaskCount();

  /**
   * The sum of the three counts: all tasks and runs, except tasks that were cancelled before they
   * ran.
   */
  long getTaskCount();

  /**
   * Removes a task that has not begun, as {@link java.util.concurrent.ThreadPoolExecutor#remove}
   * does. Its future stays incomplete.
   *
   * @param task a future of this view
   * @return true if the task was waiting
   */
  boolean remove(Runnable task);
}
