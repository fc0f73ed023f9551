package io.tourbillon.coroutine.internal.engine;

import io.tourbillon.timer.internal.IndependentThread;
import io.tourbillon.timer.internal.MemoryReserve;

/**
 * Threads for code of users that a loop has to call and that may block: an interrupt that closes a
 * channel, a handler, a log. The thread of a loop must not run such code: if it blocked, all
 * coroutines of the loop would wait, and if it waited for a lock that one of them holds, it would
 * wait forever.
 *
 * <p>Each is a virtual thread that inherits nothing from the loop. It runs on the JDK's own
 * scheduler, or on the loop if a coroutine of {@code Engine.VIRTUAL_THREAD} starts it. In both
 * cases it does not block the loop.
 */
public final class OffLoop {
  private OffLoop() {}

  /**
   * Runs a task in a new thread. Waits for memory if there is none, since the task must not be
   * lost.
   */
  public static void start(String name, Runnable task) {
    while (true) {
      try {
        IndependentThread.virtual(name, task).start();
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }
}
