package io.tourbillon.timer;

/**
 * What a periodic timer does after a run that threw. The {@link TimerExceptionHandler} receives the
 * exception in both cases. A run that the executor refuses has not thrown: the timer goes on with
 * either choice, unless the executor is an {@link java.util.concurrent.ExecutorService} that has
 * been terminated. Then no run could follow, and the timer ends after one call of the handler.
 */
public enum OnException {
  /** Goes on with the next run. */
  CONTINUE,
  /** Ends. */
  STOP
}
