package io.tourbillon.timer;

import io.tourbillon.timer.internal.EventClasses;

/**
 * Which of our events the JDK's flight recorder is taking, if any. To be asked before an event is
 * made: while it takes none, each question is the reading of a flag or two.
 */
final class FlightRecorder {
  private static final EventClasses EVENTS =
      new EventClasses(
          new Runnable() {
            @Override
            public void run() {
              SlowTaskEvent.isRecorded();
              StallEvent.isRecorded();
              PauseEvent.isRecorded();
              LateTimerEvent.isRecorded();
            }
          });

  private FlightRecorder() {}

  /** Whether events are made as soon as a recording asks for them. */
  static boolean isReady() {
    return EVENTS.areReady();
  }

  static boolean takesSlowTasks() {
    return EVENTS.areReady() && SlowTaskEvent.isRecorded();
  }

  static boolean takesStalls() {
    return EVENTS.areReady() && StallEvent.isRecorded();
  }

  static boolean takesPauses() {
    return EVENTS.areReady() && PauseEvent.isRecorded();
  }

  static boolean takesLateTimers() {
    return EVENTS.areReady() && LateTimerEvent.isRecorded();
  }
}
