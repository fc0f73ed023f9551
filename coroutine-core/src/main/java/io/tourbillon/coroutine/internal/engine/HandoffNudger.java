package io.tourbillon.coroutine.internal.engine;

import io.tourbillon.timer.internal.IndependentThread;
import io.tourbillon.timer.internal.MemoryReserve;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Gets {@code Engine.HANDOFF} going again after a full heap. A virtual thread needs memory to leave
 * its carrier; if there is none the JDK parks the carrier with it, until the thread is unparked. So
 * threads that wait for their turn can hold all carriers, while those whose turn it is wait for
 * one. This is a platform thread, which needs none: when a turn makes no headway it unparks those
 * that may be on a carrier. They find that it is not their turn and park again, which takes them
 * off it as soon as there is memory.
 *
 * <p>A turn that computes for long looks the same, and then this does no harm.
 */
final class HandoffNudger implements Runnable {
  private static final long PERIOD_NANOS = 100_000_000;

  private static final HandoffNudger ONLY = new HandoffNudger();

  /** Of the loops that there are. */
  private final Set<HandoffEngine> all = ConcurrentHashMap.newKeySet();

  /** Guarded by this. */
  private boolean running;

  private HandoffNudger() {}

  /** From now on sees to a loop, whose thread is about to start. */
  static void watch(HandoffEngine engine) {
    ONLY.add(engine);
  }

  /** The thread of the loop has ended. */
  static void forget(HandoffEngine engine) {
    ONLY.all.remove(engine);
  }

  private synchronized void add(HandoffEngine engine) {
    all.add(engine);
    if (!running) {
      IndependentThread.daemon("tourbillon-handoff", this).start();
      running = true;
    }
  }

  private synchronized boolean isWanted() {
    running = !all.isEmpty();
    return running;
  }

  @Override
  public void run() {
    while (isWanted()) {
      LockSupport.parkNanos(PERIOD_NANOS);
      Thread.interrupted();
      try {
        if (isAnyStuck()) {
          all.forEach(HandoffEngine::nudge);
        }
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  private boolean isAnyStuck() {
    boolean stuck = false;
    for (HandoffEngine each : all) {
      stuck |= each.isStuck(); // Asks each, as each remembers what it has answered from.
    }
    return stuck;
  }
}
