package io.tourbillon.coroutine.internal.engine;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine on a virtual thread whose scheduler is the loop on which it began. To suspend yields,
 * and the continuation that the JDK then submits is not queued; to resume runs that continuation.
 * Parking would look better in a thread dump, where a suspended coroutine now seems to be runnable.
 * But a thread that cannot leave its carrier parks the carrier, which would stop the loop for good,
 * while a yield just returns.
 *
 * <p>While the JDK reads the stack of the thread, as for a thread dump, the thread cannot run. If
 * it is resumed then, the JDK submits the continuation again a moment later, and the turn runs
 * then. The JDK submits it after each such reading, even without a turn; a thread that runs without
 * a turn yields again.
 *
 * <p>As a {@link Runnable} it stands for its continuation in the queues of loops, once it is a
 * stray: see {@link VirtualThreadPool}.
 */
final class VirtualThreadStrand implements Strand, Runnable {
  /**
   * The loop that has the coroutine. Written by a loop that has taken it over, before it resumes
   * the coroutine. Volatile: a thread of the JDK that submits the continuation reads it. While the
   * JDK is expected to do so the coroutine cannot move, and other submissions may go anywhere.
   */
  private volatile VirtualThreadPool pool;

  private final EngineTask coroutine;
  private final Thread thread;

  /** The continuation that the JDK made for this thread; null until the thread is started. */
  private @Nullable Runnable continuation;

  /**
   * True from the resume by the loop until the coroutine takes the turn; the first turn does
   * without. Both run on the carrier thread of the loop that has the coroutine.
   */
  private boolean turn;

  /** Whether the thread has left the carrier because it suspended. */
  private boolean left;

  /** Whether it has moved before. Written by the loop that has the coroutine, as in leaves(). */
  private boolean isStray;

  /**
   * Whether the JDK will submit it; for strays. Written by the loop that has the coroutine, after
   * {@link #pool}. Volatile, since a loop that had it reads this before that, for a stale entry.
   */
  private volatile boolean isExpected;

  VirtualThreadStrand(VirtualThreadPool pool, EngineTask coroutine) {
    this.pool = pool;
    this.coroutine = coroutine;
    thread = coroutine.named(Carriers.builder(pool)).unstarted(coroutine);
  }

  @Override
  public Pause resume() {
    if (turn) {
      return Pause.NOT_TAKEN; // Another entry of the ready queue has resumed it.
    }
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
      if (isStray) {
        home().removeStray(known);
      }
      return Pause.ENDED;
    }
    if (isStray) {
      isExpected = true;
    } else {
      pool.expect(known, coroutine);
    }
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

  /** Returns whether this is its continuation. */
  boolean hasContinuation(Runnable some) {
    return some.equals(continuation);
  }

  /** Returns the scheduler of the thread. */
  private VirtualThreadPool home() {
    return (VirtualThreadPool) Carriers.scheduler(thread);
  }

  @Override
  public boolean isAtRest() {
    return !turn;
  }

  @Override
  public void leaves() {
    if (!isStray) {
      home().addStray(Objects.requireNonNull(continuation, "it has begun"), this);
      isStray = true;
    }
  }

  @Override
  public void moveTo(LoopEngine engine) {
    pool = ((VirtualThreadEngine) engine).pool;
  }

  /** Submits the continuation of a stray. Called by the JDK, on any thread. */
  void submit() {
    pool.submit(this);
  }

  /** Runs the continuation of a stray if the JDK was expected to submit it to this loop. */
  void runIfExpected(VirtualThreadPool runner) {
    if (isExpected && runner.equals(pool)) {
      isExpected = false;
      coroutine.runBlocked();
    }
  }

  /** Not called: a loop runs an entry that is a strand by {@link #runIfExpected}. */
  @Override
  public void run() {
    throw new UnsupportedOperationException("a loop runs the continuation of a stray");
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
