package io.tourbillon.coroutine;

import io.tourbillon.timer.internal.EventClasses;

/**
 * Which of our events the JDK's flight recorder is taking, if any: the reading of a flag or two.
 */
final class FlightRecorder {
  private static final EventClasses EVENTS =
      new EventClasses(
          () -> {
            SlowTurnEvent.isRecorded();
            LoopStallEvent.isRecorded();
            LateDelayEvent.isRecorded();
          });

  private FlightRecorder() {}

  /** Whether events are made as soon as a recording asks for them. */
  static boolean isReady() {
    return EVENTS.areReady();
  }

  static boolean takesSlowTurns() {
    return EVENTS.areReady() && SlowTurnEvent.isRecorded();
  }

  static boolean takesLoopStalls() {
    return EVENTS.areReady() && LoopStallEvent.isRecorded();
  }

  static boolean takesLateDelays() {
    return EVENTS.areReady() && LateDelayEvent.isRecorded();
  }
}
