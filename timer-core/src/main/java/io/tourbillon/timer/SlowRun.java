package io.tourbillon.timer;

import io.tourbillon.timer.internal.text.Measured;
import io.tourbillon.timer.internal.text.Printable;
import java.time.Instant;

/**
 * One of the longest runs of late, as {@link TimerStats#slowest} lists them.
 *
 * @param task whose run it was: the tag of the timer if it has one, else the name of the class of
 *     what was passed in, without the address that a lambda's class has in its name. Text, so that
 *     nothing is kept alive by it
 * @param runNanos how long it took, by the service's clock
 * @param endEpochMillis when it ended, by the wall clock even if the service goes by another one,
 *     so that it can be found in logs
 */
public record SlowRun(String task, long runNanos, long endEpochMillis) {
  /** Which task, how long, and when. */
  @Override
  public String toString() {
    return Printable.of(task)
        + " ran for "
        + Measured.time(runNanos)
        + " until "
        + Instant.ofEpochMilli(endEpochMillis);
  }
}
