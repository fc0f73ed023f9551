package io.tourbillon.coroutine.internal.engine;

import org.jspecify.annotations.Nullable;

/**
 * A coroutine on a virtual thread whose scheduler is the loop. To suspend yields, and the
 * continuation that the JDK then submits is not queued; to resume runs that continuation. Parking
 * would look better in a thread dump, where a suspended coroutine now seems to be runnable. But a
 * thread that cannot leave its carrier parks the carrier, which would stop the loop for good, while
 * a yield just returns.
 *
 * <p>While the JDK reads the stack of the thread, as for a thread dump, the thread cannot run. If
 * it is resumed then, the JDK submits the continuation again a moment later, and the turn runs
 * then. The JDK submits it after each such reading, even without a turn; a thread that runs without
 * a turn yields again.
 */
final class VirtualThreadStrand implements Strand {
  private final VirtualThreadPool pool;
  private final EngineTask coroutine;
  private final Thread thread;

  /** The continuation that the JDK made for this thread; null until the thread is started. */
  private @Nullable Runnable continuation;

  /**
   * True from the resume by the loop until the coroutine takes the turn; the first turn does
   * without. Both run on one carrier thread.
   */
  private boolean turn;

  /** Whether the thread has left the carrier because it suspended. */
  private boolean left;

  VirtualThreadStrand(VirtualThreadPool pool, EngineTask coroutine) {
    this.pool = pool;
    this.coroutine = coroutine;
    thread = coroutine.named(Carriers.builder(pool)).unstarted(coroutine);
  }

  @Override
  public Pause resume() {
    Runnable known = continuation;
    if (known == null) {
      try {
        known = pool.start(thread);
      } catch (OutOfMemoryError full) {
        return Pause.NOT_STARTED;
      }
      continuation = known;
    } else {
      turn = true;
    }
    return run(known);
  }

  @Override
  public Pause resumeBlocked() {
    Runnable known = continuation;
    if (known == null) {
      throw new IllegalStateException("a thread that blocks must have started: " + thread);
    }
    return run(known);
  }

  /**
   * Runs the continuation. A thread that did not take the turn, or is in a blocking call, goes on
   * when the JDK submits it.
   */
  private Pause run(Runnable known) {
    known.run();
    if (!turn && left) {
      return Pause.SUSPENDED;
    }
    if (!thread.isAlive()) {
      return Pause.ENDED;
    }
    pool.expect(known, coroutine);
    return turn ? Pause.NOT_TAKEN : Pause.BLOCKED;
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // Yielding is the way off the carrier.
  public void suspend() {
    while (!turn) {
      try {
        pool.beginLeave(this);
        Thread.yield();
      } finally {
        pool.endLeave();
      }
      if (!left) {
        throw new IllegalStateException(
            "a coroutine must not suspend below a native method or a class initialiser");
      }
      left = false;
    }
    turn = false;
  }

  /** Notes that the JDK has taken the thread off the carrier. */
  void left() {
    left = true;
  }

  @Override
  public boolean interrupt() {
    if (Carriers.isInAChannel(thread)) {
      return false;
    }
    Interrupts.deliver(thread);
    return true;
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
