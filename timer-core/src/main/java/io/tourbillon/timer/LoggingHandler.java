package io.tourbillon.timer;

import io.tourbillon.timer.internal.SafeText;
import io.tourbillon.timer.internal.observe.LogMessage;
import io.tourbillon.timer.internal.observe.Logging;

/** The exception handler of services for which none was given. */
enum LoggingHandler implements TimerExceptionHandler {
  INSTANCE;

  @Override
  public void handle(Runnable task, Throwable error) {
    handle(task, LogMessage.FAILED, error);
  }

  /** Logs whether the task threw or was not run, which the error alone does not show. */
  void handle(Runnable task, LogMessage what, Throwable error) {
    Logging.logger().log(System.Logger.Level.ERROR, what.text + ": " + SafeText.of(task), error);
  }
}
