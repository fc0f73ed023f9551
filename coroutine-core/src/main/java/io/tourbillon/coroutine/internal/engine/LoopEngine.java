package io.tourbillon.coroutine.internal.engine;

import org.jspecify.annotations.Nullable;

/**
 * The engine of one loop: makes the thread of the loop and the strands of its coroutines, and runs
 * code of users where that code may block.
 */
public abstract class LoopEngine {
  /** Stands for a length of turns that is never reached. */
  static final long CANNOT_MOVE = Long.MAX_VALUE;

  final EngineLoop loop;
  private final Aside aside;

  LoopEngine(EngineLoop loop) {
    this.loop = loop;
    aside = new Aside(loop.name() + "-reports");
  }

  /** Returns a new thread, not started, that will run the loop. */
  public abstract Thread newLoopThread(String name);

  /** Returns whether the loop gives its coroutines turns, one after the other. */
  public boolean givesTurns() {
    return true;
  }

  /** Returns a new strand for a coroutine that has not begun. Called by the loop. */
  public abstract Strand newStrand(EngineTask coroutine);

  /**
   * Returns the average length of turns from which on it pays to move coroutines to a loop that
   * rests; {@link #CANNOT_MOVE} if {@link #canMove} is false.
   */
  public long worthMovingNanos() {
    return CANNOT_MOVE;
  }

  /** Returns whether a coroutine that has begun can go on with another engine of this kind. */
  public final boolean canMove() {
    return worthMovingNanos() != CANNOT_MOVE;
  }

  /** Returns whether two coroutines that resume each other are faster on one loop than on two. */
  public boolean isFasterTogether() {
    return false;
  }

  /** Runs a task from the ready queue that is no coroutine. Called by the loop. */
  public void runOther(Runnable task) {
    task.run();
  }

  /**
   * Runs a task of users on the loop: a timer task, or a stage that depends on the end of a
   * coroutine. Called by the loop. An engine whose blocking calls block the loop runs it on the
   * loop's thread, where it delays the coroutines as one of them would.
   */
  public void runTask(Runnable task) {
    task.run();
  }

  /**
   * Calls a handler of users or the log, which may block, outside the loop's thread. Under a
   * virtual clock it runs on the loop's thread, so that each run has the same order of events.
   */
  public void report(Runnable report) {
    if (loop.isRealTime()) {
      aside.add(report);
    } else {
      report.run();
    }
  }

  /**
   * Calls a handler of users or the log on another thread. For a loop that runs nothing any more.
   */
  public final void reportAside(Runnable report) {
    aside.add(report);
  }

  /**
   * Returns a new thread, not started, that will run callbacks of users on the loop again and
   * again, as those of sockets; null if the thread of the loop may run them itself. That thread
   * must not wait for a lock for which a coroutine of the loop can wait in line, since the
   * coroutine could not run without it. Only an engine on which a coroutine that waits for a lock
   * frees the loop needs another thread.
   */
  public @Nullable Thread newCallbackThread(String name, Runnable body) {
    return null;
  }

  /**
   * Returns a new virtual thread, not started, that will run code of users on the loop.
   *
   * @throws UnsupportedOperationException if the engine cannot do that
   */
  public Thread newGuest(String name, Runnable task) {
    throw new UnsupportedOperationException("threads on the loops need Engine.VIRTUAL_THREAD");
  }
}
