package io.tourbillon.timer.internal.observe;

import io.tourbillon.timer.internal.EventClasses;

/**
 * Tells which of our events the JDK's flight recorder records, if any. Ask before you make an
 * event: while none is recorded, an answer takes the reading of a flag or two.
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

  /** Whether the event classes are loaded, so that a recording gets events at once. */
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
