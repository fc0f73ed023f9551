package io.tourbillon.timer.internal.observe;

import java.util.List;
import java.util.stream.Collectors;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * The watchdog found that a task holds the driver or a thread of the executor. Recorded by the
 * watchdog's thread.
 */
@Name("tourbillon.Stall")
@Label("Timer Task Stall")
@Category("Tourbillon")
@Description(
    "A task holds the driver, or a thread of the executor, for longer than the watchdog's bound,"
        + " and is still running")
@StackTrace(false)
public final class StallEvent extends Event {
  private static final StallEvent PROBE = new StallEvent();

  @Label("Thread")
  @Description("Name of the driver, or of the executor's thread")
  @Nullable String driver;

  @Label("Held For")
  @Description("Lower bound of the time for which the task has been running")
  @Timespan(Timespan.NANOSECONDS)
  long heldFor;

  @Label("Thread Stack")
  @Description("What the thread is doing: a call a line, innermost first")
  @Nullable String driverStack;

  static boolean isRecorded() {
    return PROBE.isEnabled();
  }

  /** Records a stall. The parameters are the values of the fields; the stack innermost first. */
  public static void record(String threadName, long heldNanos, List<StackTraceElement> stack) {
    StallEvent event = new StallEvent();
    event.driver = threadName;
    event.heldFor = heldNanos;
    event.driverStack =
        stack.stream().map(StackTraceElement::toString).collect(Collectors.joining("\n"));
    event.commit();
  }
}
