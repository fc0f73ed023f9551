package io.tourbillon.coroutine;

/**
 * Which of our events the JDK's flight recorder is taking, if any: the reading of a flag. A runtime
 * without the module {@code jdk.jfr} takes none; then the classes of events, which could not be
 * loaded, are never touched.
 */
final class FlightRecorder {
  private static final boolean PRESENT = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private FlightRecorder() {}

  static boolean takesSlowTurns() {
    return PRESENT && SlowTurnEvent.isRecorded();
  }

  static boolean takesLoopStalls() {
    return PRESENT && LoopStallEvent.isRecorded();
  }

  static boolean takesLateDelays() {
    return PRESENT && LateDelayEvent.isRecorded();
  }
}
