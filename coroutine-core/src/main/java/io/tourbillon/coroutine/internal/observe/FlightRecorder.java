package io.tourbillon.coroutine.internal.observe;

import io.tourbillon.timer.internal.EventClasses;

/**
 * Which of our events the JDK's flight recorder is taking, if any: the reading of a flag or two.
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

  /** Whether events are made as soon as a recording asks for them. */
  public static boolean isReady() {
    return EVENTS.areReady();
  }

  /** Whether {@link SlowTurnEvent}s are wanted now. */
  public static boolean takesSlowTurns() {
    return EVENTS.areReady() && SlowTurnEvent.isRecorded();
  }

  /** Whether {@link LoopStallEvent}s are wanted now. */
  public static boolean takesLoopStalls() {
    return EVENTS.areReady() && LoopStallEvent.isRecorded();
  }

  /** Whether {@link LateDelayEvent}s are wanted now. */
  public static boolean takesLateDelays() {
    return EVENTS.areReady() && LateDelayEvent.isRecorded();
  }
}
