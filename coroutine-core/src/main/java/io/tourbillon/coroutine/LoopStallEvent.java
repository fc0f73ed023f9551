package io.tourbillon.coroutine;

import java.util.stream.Collectors;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** Something holds a loop, as the watchdog sees it. By the watchdog's thread. */
@Name("tourbillon.LoopStall")
@Label("Loop Stall")
@Category("Tourbillon")
@Description("A turn holds a loop for longer than the watchdog's bound, and goes on")
@StackTrace(false)
final class LoopStallEvent extends Event {
  private static final LoopStallEvent PROBE = new LoopStallEvent();

  @Label("Loop")
  @Nullable String loop;

  @Label("Coroutine")
  @Description("Name of the coroutine that has the turn; none if it is other code")
  @Nullable String coroutine;

  @Label("Held For")
  @Description("How long the loop has not looked at its clock for at the least")
  @Timespan(Timespan.NANOSECONDS)
  long heldFor;

  @Label("Loop Stack")
  @Description("What it is doing: a call a line, innermost first")
  @Nullable String loopStack;

  static boolean isRecorded() {
    return PROBE.isEnabled();
  }

  static void record(LoopStall stall) {
    LoopStallEvent event = new LoopStallEvent();
    event.loop = stall.loop();
    event.coroutine = stall.coroutine().orElse(null);
    event.heldFor = stall.heldNanos();
    event.loopStack =
        stall.stack().stream().map(StackTraceElement::toString).collect(Collectors.joining("\n"));
    event.commit();
  }
}
