package io.tourbillon.coroutine.internal.engine;

import io.tourbillon.timer.internal.MemoryReserve;

/**
 * Threads for code of users that a loop has to call and that may block: an interrupt, which closes
 * a channel of theirs, a handler, a log. A loop's own thread must not run it. If it blocked there,
 * all coroutines of the loop would wait; if it waited for a lock that one of them holds, for ever.
 *
 * <p>Each is a virtual thread of the JDK's own scheduler, which inherits nothing from the loop. One
 * that is started inside a coroutine of {@code Engine.VIRTUAL_THREAD} is on the loop of that, as
 * the JDK has it, and does not block it either.
 */
public final class OffLoop {
  private OffLoop() {}

  /** Starts it. While there is no memory for a thread, waits for some: it must not be lost. */
  public static void start(String name, Runnable task) {
    while (true) {
      try {
        Thread.ofVirtual().inheritInheritableThreadLocals(false).name(name).unstarted(task).start();
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }
}
