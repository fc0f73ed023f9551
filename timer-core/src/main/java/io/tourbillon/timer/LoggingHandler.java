package io.tourbillon.timer;

import io.tourbillon.timer.internal.SafeText;

/** The exception handler of services for which none was given. */
enum LoggingHandler implements TimerExceptionHandler {
  INSTANCE;

  @Override
  public void handle(Runnable task, Throwable error) {
    Logging.logger()
        .log(System.Logger.Level.ERROR, "timer task failed: " + SafeText.of(task), error);
  }
}
