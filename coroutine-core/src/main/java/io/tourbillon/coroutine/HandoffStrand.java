package io.tourbillon.coroutine;

import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine on a stock virtual thread. The turn is a flag that is handed back and forth, and
 * whoever does not have it is parked; so the two threads are never at work at the same time, and
 * what one writes before it hands over the other sees.
 */
final class HandoffStrand implements Strand, Runnable {
  private final EventLoop loop;
  private final CoroutineTask<?> coroutine;
  private final Thread thread;

  /** True while it is the coroutine's turn. Written by whoever has it; volatile to hand over. */
  private volatile boolean turn;

  private boolean started;

  /** Written by the coroutine's thread before it hands over for the last time. */
  private boolean ended;

  HandoffStrand(EventLoop loop, CoroutineTask<?> coroutine) {
    this.loop = loop;
    this.coroutine = coroutine;
    thread =
        coroutine.named(Thread.ofVirtual().inheritInheritableThreadLocals(false)).unstarted(this);
  }

  @Override
  public void run() {
    HandoffMachinery.setCurrentLoop(loop);
    try {
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
      started = true;
      thread.start();
    }
    while (turn) {
      LockSupport.park(this);
      // Nobody has reason to interrupt a loop, and with the status set it would not park.
      Thread.interrupted();
    }
    return ended ? Pause.ENDED : Pause.SUSPENDED;
  }

  @Override
  public void suspend() {
    giveBack();
    boolean interrupted = false;
    while (!turn) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Interrupts.restore();
    }
  }

  private void giveBack() {
    turn = false;
    LockSupport.unpark(Objects.requireNonNull(loop.thread()));
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
