package io.tourbillon.timer;

/**
 * One of the longest runs of the last minutes, as {@link TimerStats#slowest} lists them. Only
 * services make these; later versions may add figures.
 */
public sealed interface SlowRun permits SlowestRuns.Run {
  /**
   * The tag of the timer if it has one, otherwise the name of the class of the task that was passed
   * in, without the address that the class name of a lambda contains. It is a text, so that it
   * keeps no object alive.
   */
  String task();

  /** How long the task ran, by the clock of the service. */
  long runNanos();

  /**
   * When the run ended, by the wall clock even if the service has another clock, so that the run
   * can be found in logs.
   */
  long endEpochMillis();

  /** The task, the run time, and when the run ended. */
  @Override
  String toString();
}
