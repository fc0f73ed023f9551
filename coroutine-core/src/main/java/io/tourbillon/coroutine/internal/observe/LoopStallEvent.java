package io.tourbillon.coroutine.internal.observe;

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

/** A turn holds a loop for too long. Recorded by the watchdog's thread while the turn lasts. */
@Name("tourbillon.LoopStall")
@Label("Loop Stall")
@Category("Tourbillon")
@Description("A turn holds a loop for longer than the watchdog's bound, and goes on")
@StackTrace(false)
public final class LoopStallEvent extends Event {
  private static final LoopStallEvent PROBE = new LoopStallEvent();

  @Label("Loop")
  @Nullable String loop;

  @Label("Coroutine")
  @Description("Name of the coroutine that has the turn; none if it is other code")
  @Nullable String coroutine;

  @Label("Held For")
  @Description("Lower bound of the time for which the loop has not read its clock")
  @Timespan(Timespan.NANOSECONDS)
  long heldFor;

  @Label("Loop Stack")
  @Description("What it is doing: a call a line, innermost first")
  @Nullable String loopStack;

  static boolean isRecorded() {
    return PROBE.isEnabled();
  }

  /**
   * Records one.
   *
   * @param coroutine the name of the coroutine that has the turn; null if it is other code
   * @param heldNanos the least time since the loop read its clock
   * @param stack the stack, innermost call first
   */
  public static void record(
      String loop, @Nullable String coroutine, long heldNanos, List<StackTraceElement> stack) {
    LoopStallEvent event = new LoopStallEvent();
    event.loop = loop;
    event.coroutine = coroutine;
    event.heldFor = heldNanos;
    event.loopStack =
        stack.stream().map(StackTraceElement::toString).collect(Collectors.joining("\n"));
    event.commit();
  }
}
