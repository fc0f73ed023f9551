package io.tourbillon.timer.internal.observe;

import io.tourbillon.timer.internal.EventClasses;

/**
 * Which of our events the JDK's flight recorder is taking, if any. To be asked before an event is
 * made: while it takes none, each question is the reading of a flag or two.
 */
public final class FlightRecorder {
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
  public static boolean isReady() {
    return EVENTS.areReady();
  }

  /** Whether {@link SlowTaskEvent} is recorded. */
  public static boolean takesSlowTasks() {
    return EVENTS.areReady() && SlowTaskEvent.isRecorded();
  }

  /** Whether {@link StallEvent} is recorded. */
  public static boolean takesStalls() {
    return EVENTS.areReady() && StallEvent.isRecorded();
  }

  /** Whether {@link PauseEvent} is recorded. */
  public static boolean takesPauses() {
    return EVENTS.areReady() && PauseEvent.isRecorded();
  }

  /** Whether {@link LateTimerEvent} is recorded. */
  public static boolean takesLateTimers() {
    return EVENTS.areReady() && LateTimerEvent.isRecorded();
  }
}
