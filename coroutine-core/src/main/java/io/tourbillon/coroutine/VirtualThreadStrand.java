package io.tourbillon.coroutine;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine on a virtual thread whose scheduler is the loop. To suspend is to park; to resume is
 * to unpark, catch the continuation that the JDK submits for it, and run that at once.
 *
 * <p>The JDK may find the thread not runnable at that moment: while its stack is being read, as for
 * a thread dump. Then it submits the continuation again a moment later, and that is the turn. And
 * it may run the thread without a turn, as anybody can unpark it; then it parks again.
 */
final class VirtualThreadStrand implements Strand, Runnable {
  private final LoopPool pool;
  private final CoroutineTask<?> coroutine;
  private final Thread thread;

  /** The JDK's, for this thread; known since the thread was started. */
  private @Nullable Runnable continuation;

  /** Given by the loop, taken by the coroutine; both run on one thread. */
  private boolean turn;

  VirtualThreadStrand(LoopPool pool, CoroutineTask<?> coroutine) {
    this.pool = pool;
    this.coroutine = coroutine;
    thread = coroutine.named(Carriers.builder(pool)).unstarted(this);
  }

  @Override
  public void run() {
    turn = false;
    coroutine.runBody();
  }

  @Override
  public boolean resume() {
    turn = true;
    Runnable known = continuation;
    if (known == null) {
      known = start();
      continuation = known;
    } else {
      pool.beginCapture();
      LockSupport.unpark(thread);
      pool.endCapture();
    }
    return run(known);
  }

  private Runnable start() {
    pool.beginCapture();
    Runnable submitted;
    try {
      thread.start();
    } finally {
      submitted = pool.endCapture();
    }
    if (submitted == null) {
      throw new IllegalStateException("a thread that starts must be submitted: " + thread);
    }
    return submitted;
  }

  @Override
  public boolean resumeBlocked() {
    Runnable known = continuation;
    if (known == null) {
      throw new IllegalStateException("a thread that blocks must have started: " + thread);
    }
    return run(known);
  }

  /** Whoever has not taken the turn, or is in a blocking call, goes on when the JDK says so. */
  private boolean run(Runnable known) {
    known.run();
    if (turn || coroutine.isRunning()) {
      pool.expect(known, coroutine);
    }
    return !turn;
  }

  @Override
  public void suspend() {
    boolean interrupted = false;
    turn = false;
    while (!turn) {
      LockSupport.park();
      interrupted |= Thread.interrupted();
    }
    turn = false;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void interrupt() {
    thread.interrupt();
  }

  @Override
  public StackTraceElement[] stack() {
    return thread.getStackTrace();
  }
}
