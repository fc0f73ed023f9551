package io.tourbillon.coroutine.internal.engine;

import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine on a stock virtual thread. A flag passes the turn between that thread and the loop,
 * and the one without the turn is parked. So the two never run at the same time, and each sees what
 * the other wrote before it passed the turn.
 */
final class HandoffStrand implements Strand, Runnable {
  /**
   * The engine of the loop that has the coroutine. Written by a loop that has taken it over, before
   * it passes the turn; read by the coroutine while it has the turn.
   */
  private HandoffEngine engine;

  private final EngineTask coroutine;
  private final Thread thread;

  /**
   * True while the coroutine has the turn. The thread that has the turn writes it; volatile, to
   * publish its other writes.
   */
  private volatile boolean turn;

  private boolean started;

  /** Written by the coroutine's thread before it passes the turn for the last time. */
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
      // Nothing should interrupt a loop, and with the status set it would not park.
      Thread.interrupted();
    }
    engine.turnEnds();
    return ended ? Pause.ENDED : Pause.SUSPENDED;
  }

  @Override
  public void suspend() {
    HandoffEngine before = engine;
    giveBack();
    boolean interrupted = false;
    while (!turn) {
      park();
      interrupted |= Thread.interrupted();
    }
    if (!engine.equals(before)) {
      HandoffEngine.setCurrentLoop(engine.loop);
    }
    if (interrupted) {
      Interrupts.restore();
    }
  }

  /**
   * Parks; may return spuriously. A virtual thread needs memory to leave its carrier. If there is
   * none, the JDK throws, and the thread tries again, since it must not run without the turn; or
   * the JDK parks the carrier, which {@link HandoffNudger} repairs.
   */
  private void park() {
    try {
      LockSupport.park(this);
    } catch (OutOfMemoryError full) {
      Thread.onSpinWait();
    }
  }

  /** Passes the turn. From then on the loop may let another one take the coroutine over. */
  private void giveBack() {
    HandoffEngine before = engine;
    before.givesBack(ended ? null : thread);
    turn = false;
    LockSupport.unpark(Objects.requireNonNull(before.loop.thread()));
  }

  @Override
  public void moveTo(LoopEngine engine) {
    this.engine = (HandoffEngine) engine;
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
