package io.tourbillon.coroutine.internal.engine;

import org.jspecify.annotations.Nullable;

/**
 * A coroutine on a virtual thread whose scheduler is the loop. To suspend is to yield, with the
 * continuation that the JDK submits at that moment not queued; to resume is to run that
 * continuation. Parking would look better in a thread dump, where a suspended coroutine seems to be
 * runnable now; but a thread that cannot leave its carrier parks there, which would stop the loop
 * for good, while a yield just returns.
 *
 * <p>The JDK may find the thread not runnable when it is resumed: while its stack is being read, as
 * for a thread dump. Then it submits the continuation again a moment later, and that is the turn.
 * And it submits it after each such reading, turn or not; a thread that runs without a turn yields
 * again.
 */
final class VirtualThreadStrand implements Strand {
  private final VirtualThreadPool pool;
  private final EngineTask coroutine;
  private final Thread thread;

  /** The JDK's, for this thread; known since the thread was started. */
  private @Nullable Runnable continuation;

  /** Given by the loop, but for the first; taken by the coroutine. Both run on one thread. */
  private boolean turn;

  /** Whether it is off the carrier because it has suspended. */
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

  /** Whoever has not taken the turn, or is in a blocking call, goes on when the JDK says so. */
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
  @SuppressWarnings("ThreadPriorityCheck") // Here it means what it says: the way off the carrier.
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

  /** The JDK has taken it off the carrier. */
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
