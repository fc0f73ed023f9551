package io.tourbillon.timer.internal.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** Something other than a task held up the driver. Recorded by the driver. */
@Name("tourbillon.Pause")
@Label("Driver Pause")
@Category("Tourbillon")
@Description(
    "The driver was late by the service's pauseThreshold or more, and not because of a task")
@StackTrace(false)
public final class PauseEvent extends Event {
  private static final PauseEvent PROBE = new PauseEvent();

  @Label("Late By")
  @Description("How late the driver was, by the service's clock")
  @Timespan(Timespan.NANOSECONDS)
  long lateBy;

  static boolean isRecorded() {
    return PROBE.isEnabled();
  }

  /** Records a pause of the driver. */
  public static void record(long nanos) {
    PauseEvent event = new PauseEvent();
    event.lateBy = nanos;
    event.commit();
  }
}
