package io.tourbillon.coroutine.internal.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * Delays and limits that a loop found expired too late: one event for all that it found at once.
 * Recorded by the loop.
 */
@Name("tourbillon.LateDelay")
@Label("Late Delay")
@Category("Tourbillon")
@Description(
    "Delays and limits that a loop found over more than 10 ms late: the latest, and a count")
@StackTrace(false)
public final class LateDelayEvent extends Event {
  /** The least lateness that is recorded. */
  public static final long LATE_NANOS = 10_000_000;

  private static final LateDelayEvent PROBE = new LateDelayEvent();

  @Label("Loop")
  @Nullable String loop;

  @Label("Lateness")
  @Description("Of the latest, from the end of the tick in which it was over")
  @Timespan(Timespan.NANOSECONDS)
  long lateness;

  @Label("Delays")
  @Description("How many were found over then, late or not")
  int delays;

  static boolean isRecorded() {
    return PROBE.isEnabled();
  }

  /** Records one. */
  public static void record(String loop, long latenessNanos, int delays) {
    LateDelayEvent event = new LateDelayEvent();
    event.loop = loop;
    event.lateness = latenessNanos;
    event.delays = delays;
    event.commit();
  }
}
