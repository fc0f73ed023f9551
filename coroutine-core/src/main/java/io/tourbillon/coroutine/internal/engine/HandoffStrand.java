package io.tourbillon.coroutine.internal.engine;

import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine on a stock virtual thread. The turn is a flag that is handed back and forth, and
 * whoever does not have it is parked; so the two threads are never at work at the same time, and
 * what one writes before it hands over the other sees.
 */
final class HandoffStrand implements Strand, Runnable {
  private final HandoffEngine engine;
  private final EngineTask coroutine;
  private final Thread thread;

  /** True while it is the coroutine's turn. Written by whoever has it; volatile to hand over. */
  private volatile boolean turn;

  private boolean started;

  /** Written by the coroutine's thread before it hands over for the last time. */
  private boolean ended;

  HandoffStrand(HandoffEngine engine, EngineTask coroutine) {
    this.engine = engine;
    this.coroutine = coroutine;
    thread =
        coroutine.named(Thread.ofVirtual().inheritInheritableThreadLocals(false)).unstarted(this);
  }

  @Override
  public void run() {
    try {
      HandoffEngine.setCurrentLoop(engine.loop);
      coroutine.run();
    } finally {
      ended = true;
      giveBack();
    }
  }

  @Override
  public Pause resume() {
    turn = true;
    if (started) {
      LockSupport.unpark(thread);
    } else {
      try {
        thread.start();
      } catch (OutOfMemoryError full) {
        turn = false;
        return Pause.NOT_STARTED;
      }
      started = true;
    }
    engine.turnBegins();
    while (turn) {
      park();
      // Nobody has reason to interrupt a loop, and with the status set it would not park.
      Thread.interrupted();
    }
    engine.turnEnds();
    return ended ? Pause.ENDED : Pause.SUSPENDED;
  }

  @Override
  public void suspend() {
    giveBack();
    boolean interrupted = false;
    while (!turn) {
      park();
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Interrupts.restore();
    }
  }

  /**
   * Parks, or returns for no reason. A virtual thread needs memory to leave its carrier. If there
   * is none the JDK throws, and the thread tries again, as it must not go on without the turn; or
   * the JDK parks the carrier, for which there is {@link HandoffNudger}.
   */
  private void park() {
    try {
      LockSupport.park(this);
    } catch (OutOfMemoryError full) {
      Thread.onSpinWait();
    }
  }

  private void giveBack() {
    engine.givesBack(ended ? null : thread);
    turn = false;
    LockSupport.unpark(Objects.requireNonNull(engine.loop.thread()));
  }

  @Override
  public boolean isAlive() {
    return thread.isAlive();
  }

  @Override
  public @Nullable Thread thread() {
    return thread;
  }
}
