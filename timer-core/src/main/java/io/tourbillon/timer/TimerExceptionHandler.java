package io.tourbillon.timer;

/**
 * Is told what went wrong in a task, or with handing it to the executor. Called by the thread that
 * found out, so it should be quick; what it throws itself is logged.
 */
@FunctionalInterface
public interface TimerExceptionHandler {
  /**
   * Takes one failure.
   *
   * @param task the object that was passed in
   * @param error what the task threw, or a {@link java.util.concurrent.RejectedExecutionException}
   *     if the executor did not take it, in which case it has not run
   */
  void handle(Runnable task, Throwable error);

  /**
   * The default: logs an error to the System.Logger {@code io.tourbillon.timer}. The first record
   * of a JVM takes its logging system some hundred milliseconds, for which other timers would wait:
   * a thread of its own prepares that when the first service is built. A task that fails before it
   * is done still holds them up.
   */
  static TimerExceptionHandler logging() {
    return LoggingHandler.INSTANCE;
  }
}
