package io.tourbillon.coroutine.internal.engine;

import io.tourbillon.timer.internal.MemoryReserve;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Stock virtual threads, of which the loop is one and lets one other run at a time. */
public final class HandoffEngine extends LoopEngine {
  /** The loop of a virtual thread that is a loop, or a coroutine of one. */
  private static final ThreadLocal<EngineLoop> LOOP = new ThreadLocal<>();

  /**
   * Whether there has been any such thread: until then threads of others are spared the entry that
   * a look at a thread-local leaves behind. Written before the first of them starts, so they see
   * it.
   */
  private static volatile boolean inUse;

  /** Turns that have begun and that have ended. Written by the loop; others want a glimpse. */
  private long begun;

  private long ended;

  /**
   * Who has given back the turn last, unless it has ended. Written by it; others want a glimpse.
   */
  private @Nullable Thread last;

  /** The turn that was going on when the nudger looked last. The nudger's. */
  private long seen;

  static @Nullable EngineLoop currentLoop() {
    return inUse ? LOOP.get() : null;
  }

  /** For the calling thread. Waits for the memory that this takes. */
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
            // Then it is not seen to, but it runs.
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

  @Override
  public Strand newStrand(EngineTask coroutine) {
    return new HandoffStrand(this, coroutine);
  }

  /** A turn begins. By the loop. */
  void turnBegins() {
    begun++;
  }

  /** A turn has ended. By the loop. */
  void turnEnds() {
    ended++;
  }

  /**
   * By the coroutine that gives back the turn.
   *
   * @param thread its own, or null if it has ended
   */
  void givesBack(@Nullable Thread thread) {
    last = thread;
  }

  // By the nudger.

  /** Whether the turn that goes on is the one that it has asked about before. */
  boolean isStuck() {
    long now = begun;
    boolean isTurn = now != ended;
    boolean stuck = isTurn && now == seen;
    seen = isTurn ? now : 0;
    return stuck;
  }

  /** Wakes for no reason those that may be parked on a carrier. */
  void nudge() {
    LockSupport.unpark(loop.thread());
    LockSupport.unpark(last);
  }
}
