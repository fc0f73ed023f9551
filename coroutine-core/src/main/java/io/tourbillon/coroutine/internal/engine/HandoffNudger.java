package io.tourbillon.coroutine.internal.engine;

import io.tourbillon.timer.internal.IndependentThread;
import io.tourbillon.timer.internal.MemoryReserve;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets {@code Engine.HANDOFF} recover after a full heap. A virtual thread needs memory to leave its
 * carrier; if there is none, the JDK parks the carrier with it until the thread is unparked. So
 * threads that wait for their turn can hold all carriers, while the thread whose turn it is waits
 * for one. The nudger is a platform thread and needs no carrier. When a turn makes no progress, it
 * unparks the threads that may be on a carrier. They see that it is not their turn and park again,
 * which takes them off the carrier as soon as there is memory.
 *
 * <p>A turn that computes for long looks the same; an extra unpark does no harm then.
 */
final class HandoffNudger implements Runnable {
  private static final long PERIOD_NANOS = 100_000_000;

  private static final HandoffNudger ONLY = new HandoffNudger();

  /** The engines of all running loops. */
  private final Set<HandoffEngine> all = ConcurrentHashMap.newKeySet();

  /** Guarded by this. */
  private boolean running;

  private HandoffNudger() {}

  /** Watches a loop whose thread is about to start. */
  static void watch(HandoffEngine engine) {
    ONLY.add(engine);
  }

  /** Stops watching a loop whose thread has ended. */
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
      stuck |= each.isStuck(); // Ask every engine: each remembers the turn that it saw.
    }
    return stuck;
  }
}
