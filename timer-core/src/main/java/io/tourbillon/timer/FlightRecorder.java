package io.tourbillon.timer;

/**
 * Which of our events the JDK's flight recorder is taking, if any. To be asked before an event is
 * made: while it takes none, each question is the reading of a flag.
 *
 * <p>A runtime may lack the module {@code jdk.jfr}: an image made without it, or a modular program
 * that does not ask for it. Then there are no events, and their classes, which could not be loaded,
 * are never touched. They are named nowhere but behind these questions.
 */
final class FlightRecorder {
  private static final boolean PRESENT = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private FlightRecorder() {}

  static boolean takesSlowTasks() {
    return PRESENT && SlowTaskEvent.isRecorded();
  }

  static boolean takesStalls() {
    return PRESENT && StallEvent.isRecorded();
  }

  static boolean takesPauses() {
    return PRESENT && PauseEvent.isRecorded();
  }

  static boolean takesLateTimers() {
    return PRESENT && LateTimerEvent.isRecorded();
  }
}
