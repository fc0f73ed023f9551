package io.tourbillon.coroutine;

/** Dumps for tests, since a loop may answer late on a busy machine. */
public final class Dumps {
  private Dumps() {}

  /** Returns a dump that all loops have answered. */
  public static CoroutineDump answered(CoroutineScheduler scheduler, int most) {
    CoroutineDump dump = scheduler.dump(most);
    while (!dump.silent().isEmpty()) {
      dump = scheduler.dump(most);
    }
    return dump;
  }

  /**
   * Returns when no coroutine is left. An attached coroutine ends soon after the other one, in a
   * turn of its own.
   */
  public static void awaitNone(CoroutineScheduler scheduler) {
    while (scheduler.dump(0).total() > 0) {
      Thread.onSpinWait();
    }
  }
}
