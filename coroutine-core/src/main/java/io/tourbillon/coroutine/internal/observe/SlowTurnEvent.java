package io.tourbillon.coroutine.internal.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** One turn that took long, or a few that did together. Recorded by the loop after the turn. */
@Name("tourbillon.SlowTurn")
@Label("Slow Turn")
@Category("Tourbillon")
@Description("A coroutine held its loop for more than 10 ms, or some did in a row")
@StackTrace(false)
public final class SlowTurnEvent extends Event {
  /** The least duration that is recorded. */
  public static final long SLOW_NANOS = 10_000_000;

  private static final SlowTurnEvent PROBE = new SlowTurnEvent();

  @Label("Loop")
  @Nullable String loop;

  @Label("Coroutine")
  @Description("Name of the coroutine that had the last of the turns; none if it was other code")
  @Nullable String coroutine;

  @Label("Turn Time")
  @Description("How long the turns took together")
  @Timespan(Timespan.NANOSECONDS)
  long turnTime;

  @Label("Turns")
  @Description("How many they were: the loop does not look at its clock after each short one")
  int turns;

  static boolean isRecorded() {
    return PROBE.isEnabled();
  }

  /**
   * Records one.
   *
   * @param coroutine the name of the coroutine that had the last of the turns; null if it was other
   *     code
   * @param nanos how long the turns took together
   */
  public static void record(String loop, @Nullable String coroutine, long nanos, int turns) {
    SlowTurnEvent event = new SlowTurnEvent();
    event.loop = loop;
    event.coroutine = coroutine;
    event.turnTime = nanos;
    event.turns = turns;
    event.commit();
  }
}
