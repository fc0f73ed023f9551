package io.tourbillon.timer;

/**
 * What a periodic timer does after a run that threw. The {@link TimerExceptionHandler} is told
 * either way.
 */
public enum OnException {
  /** Goes on with the next run. */
  CONTINUE,
  /** Ends. */
  STOP
}
