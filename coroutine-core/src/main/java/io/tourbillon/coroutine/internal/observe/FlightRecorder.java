package io.tourbillon.coroutine.internal.observe;

import io.tourbillon.timer.internal.EventClasses;

/**
 * Says which of our events a recording of the JDK's flight recorder takes. Each call reads a flag
 * or two.
 */
public final class FlightRecorder {
  private static final EventClasses EVENTS =
      new EventClasses(
          () -> {
            SlowTurnEvent.isRecorded();
            LoopStallEvent.isRecorded();
            LateDelayEvent.isRecorded();
          });

  private FlightRecorder() {}

  /** Returns whether the event classes are loaded, so that a recording can take events. */
  public static boolean isReady() {
    return EVENTS.areReady();
  }

  /** Returns whether a recording takes {@link SlowTurnEvent}s now. */
  public static boolean takesSlowTurns() {
    return EVENTS.areReady() && SlowTurnEvent.isRecorded();
  }

  /** Returns whether a recording takes {@link LoopStallEvent}s now. */
  public static boolean takesLoopStalls() {
    return EVENTS.areReady() && LoopStallEvent.isRecorded();
  }

  /** Returns whether a recording takes {@link LateDelayEvent}s now. */
  public static boolean takesLateDelays() {
    return EVENTS.areReady() && LateDelayEvent.isRecorded();
  }
}
