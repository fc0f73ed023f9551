package io.tourbillon.timer;

/**
 * What a periodic timer does after a run that threw. The {@link TimerExceptionHandler} is told
 * either way. A run that the executor refuses has not thrown, and the timer goes on whatever is
 * chosen here, unless the executor is an {@link java.util.concurrent.ExecutorService} that has been
 * terminated: no run could follow, and the timer ends, after the handler has been told once.
 */
public enum OnException {
  /** Goes on with the next run. */
  CONTINUE,
  /** Ends. */
  STOP
}
