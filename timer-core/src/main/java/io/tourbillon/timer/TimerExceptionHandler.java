package io.tourbillon.timer;

/**
 * Receives the failures of tasks, and of handing tasks to the executor. Called by the thread that
 * finds the failure, so it should be fast. Exceptions that it throws are logged.
 */
@FunctionalInterface
public interface TimerExceptionHandler {
  /**
   * Handles one failure.
   *
   * @param task the object that was passed in, or a {@link LongTimers.Task} if that was a number
   * @param error the exception of the task, or a {@link
   *     java.util.concurrent.RejectedExecutionException} if the executor has refused the task,
   *     which has not run then
   */
  void handle(Runnable task, Throwable error);

  /**
   * The default: logs an error to the System.Logger {@code io.tourbillon.timer}. The first log
   * record of a JVM takes the logging system some hundred milliseconds, for which other timers
   * would have to wait. So a separate thread prepares the logging system when the first service is
   * built. A task that fails before this thread has finished still delays other timers.
   */
  static TimerExceptionHandler logging() {
    return Events.LoggingHandler.INSTANCE;
  }
}
