package io.tourbillon.coroutine.internal.engine;

import io.tourbillon.timer.internal.MemoryReserve;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The engine that runs coroutines in stock virtual threads. The loop is one, too, and lets one
 * other run at a time.
 */
public final class HandoffEngine extends LoopEngine {
  /** The loop of a virtual thread that is a loop or a coroutine. */
  private static final ThreadLocal<EngineLoop> LOOP = new ThreadLocal<>();

  /**
   * Whether such a thread was ever made. Until then, other threads are spared the entry that
   * reading a thread-local leaves behind. Written before the first of these threads starts, so they
   * see it.
   */
  private static volatile boolean inUse;

  /**
   * The numbers of turns that have begun and ended. The loop writes them, the nudger takes a
   * glimpse.
   */
  private long begun;

  private long ended;

  /**
   * The coroutine thread that gave the turn back last; null if it has ended. That thread writes it,
   * the nudger takes a glimpse.
   */
  private @Nullable Thread last;

  /** The turn that was running when the nudger looked last. Only the nudger uses it. */
  private long seen;

  static @Nullable EngineLoop currentLoop() {
    return inUse ? LOOP.get() : null;
  }

  /** Sets the loop of the calling thread. Waits for memory if there is none. */
  static void setCurrentLoop(EngineLoop loop) {
    while (true) {
      try {
        LOOP.set(loop);
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** Creates the engine of a loop. */
  public HandoffEngine(EngineLoop loop) {
    super(loop);
  }

  @Override
  public Thread newLoopThread(String name) {
    inUse = true;
    Runnable body =
        () -> {
          setCurrentLoop(loop);
          try {
            HandoffNudger.watch(this);
          } catch (OutOfMemoryError full) {
            // The loop then runs without being watched.
          }
          try {
            loop.run();
          } finally {
            HandoffNudger.forget(this);
          }
        };
    return Scheduling.byDefault(
        () -> Thread.ofVirtual().inheritInheritableThreadLocals(false).name(name).unstarted(body));
  }

  /** Most of a turn that is shorter passes while the turn passes between threads. */
  @Override
  public long worthMovingNanos() {
    return 20_000;
  }

  @Override
  public Strand newStrand(EngineTask coroutine) {
    return new HandoffStrand(this, coroutine);
  }

  /** Notes that a turn begins. Called by the loop. */
  void turnBegins() {
    begun++;
  }

  /** Notes that a turn has ended. Called by the loop. */
  void turnEnds() {
    ended++;
  }

  /**
   * Notes that a coroutine gives the turn back. Called by that coroutine.
   *
   * @param thread the thread of the coroutine; null if it has ended
   */
  void givesBack(@Nullable Thread thread) {
    last = thread;
  }

  // Called by the nudger.

  /**
   * Returns whether the turn that runs is the same as at the previous call. Remembers it for the
   * next.
   */
  boolean isStuck() {
    long now = begun;
    boolean isTurn = now != ended;
    boolean stuck = isTurn && now == seen;
    seen = isTurn ? now : 0;
    return stuck;
  }

  /** Unparks the threads that may be parked on a carrier. */
  void nudge() {
    LockSupport.unpark(loop.thread());
    LockSupport.unpark(last);
  }
}
