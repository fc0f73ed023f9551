package io.tourbillon.coroutine;

/** Dumps for tests: on a busy machine a loop may answer late. */
public final class Dumps {
  private Dumps() {}

  /** One to which all loops have answered. */
  public static CoroutineDump answered(CoroutineScheduler scheduler, int most) {
    CoroutineDump dump = scheduler.dump(most);
    while (!dump.silent().isEmpty()) {
      dump = scheduler.dump(most);
    }
    return dump;
  }

  /**
   * Returns when no coroutine is left. One that is attached to another ends soon after that, in a
   * turn of its own.
   */
  public static void awaitNone(CoroutineScheduler scheduler) {
    while (scheduler.dump(0).total() > 0) {
      Thread.onSpinWait();
    }
  }
}
