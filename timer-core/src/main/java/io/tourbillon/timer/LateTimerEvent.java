package io.tourbillon.timer;

import io.tourbillon.timer.internal.TickScale;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * Timers that were late when they were taken out of the wheel: one event for all of a batch, as
 * they come in masses. By the driver, before their tasks run.
 */
@Name("tourbillon.LateTimer")
@Label("Late Timer")
@Category("Tourbillon")
@Description(
    "Timers taken out of the wheel more than 10 ms late: the latest of a batch, and a count")
@StackTrace(false)
final class LateTimerEvent extends Event {
  /** Timers that are late by more than this are told of. */
  static final long LATE_NANOS = 10_000_000;

  private static final LateTimerEvent PROBE = new LateTimerEvent();

  @Label("Timer Id")
  @Description("Id of the latest timer, as a TimerListener is told of it")
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

  /** Looks for late timers. One armed for a deadline that was past is not in the batch's order. */
  static void record(Batch batch, TickScale scale) {
    int late = 0;
    int latest = 0;
    for (int index = 0; index < batch.size(); index++) {
      late += latenessNanos(batch, index, scale) > LATE_NANOS ? 1 : 0;
      latest = batch.deadlineTick(index) < batch.deadlineTick(latest) ? index : latest;
    }
    if (late > 0) {
      LateTimerEvent event = new LateTimerEvent();
      event.timerId = batch.id(latest);
      event.lateness = latenessNanos(batch, latest, scale);
      event.lateTimers = late;
      event.commit();
    }
  }

  private static long latenessNanos(Batch batch, int index, TickScale scale) {
    return batch.takenNanos() - scale.startNanos(batch.deadlineTick(index));
  }
}
