package io.tourbillon.timer.internal.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * Timers that were late when they were taken out of the wheel. One event covers a whole batch, as
 * late timers come in masses. Recorded by the driver, before the tasks run.
 */
@Name("tourbillon.LateTimer")
@Label("Late Timer")
@Category("Tourbillon")
@Description(
    "Timers taken out of the wheel more than 10 ms late: the latest of a batch, and a count")
@StackTrace(false)
public final class LateTimerEvent extends Event {
  /** The event counts timers that are late by more than this. */
  public static final long LATE_NANOS = 10_000_000;

  private static final LateTimerEvent PROBE = new LateTimerEvent();

  @Label("Timer Id")
  @Description(
      "Id of the latest timer, as a TimerListener receives it; 0 for one with a handle if there is no listener")
  long timerId;

  @Label("Lateness")
  @Description("Of the latest timer, from the end of the tick in which it was due")
  @Timespan(Timespan.NANOSECONDS)
  long lateness;

  @Label("Late Timers")
  @Description("How many timers of the batch were late, the latest included")
  int lateTimers;

  static boolean isRecorded() {
    return PROBE.isEnabled();
  }

  /** Records a batch. The parameters are the values of the fields. */
  public static void record(long timerId, long latenessNanos, int lateTimers) {
    LateTimerEvent event = new LateTimerEvent();
    event.timerId = timerId;
    event.lateness = latenessNanos;
    event.lateTimers = lateTimers;
    event.commit();
  }
}
