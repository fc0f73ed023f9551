package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.engine.EngineTask;
import io.tourbillon.coroutine.internal.engine.Strand;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine, as a loop sees it. In the ready queue it stands for its turn; in the wheel, for its
 * nearest deadline.
 *
 * <p>This is a class without fields and not an interface: the loop tests the type of each task at
 * every turn, and that test is cheaper for a class.
 */
public abstract class LoopTask implements EngineTask, Expiry {
  /** For subclasses. */
  protected LoopTask() {}

  /**
   * Runs one turn of the task. Does nothing if the task is no longer ready, since the turn was
   * taken back, or if another loop has taken the task over.
   *
   * @param by the loop, which calls this
   * @return whether there was a turn
   */
  public abstract boolean takeTurn(EventLoop by);

  // To move to another loop.

  /** Returns its number; a task that was made earlier has a smaller one. Called by any thread. */
  public abstract long number();

  /**
   * Returns the loop to which it belongs. While it is unclaimed, another loop may take it over at
   * any time. Called by any thread.
   */
  public abstract EventLoop loop();

  /** Returns whether its options let it run on another loop than the one on which it was placed. */
  public abstract boolean mayMove();

  /**
   * Returns whether it waits for a turn and belongs to the loop that is the first to claim it: it
   * has not begun, or its loop has let it go. Called by any thread.
   */
  public abstract boolean isUnclaimed();

  /**
   * Claims an unclaimed task for the loop that calls this. Returns false if another loop was first.
   */
  public abstract boolean claim();

  /** Returns its stack; null before its first turn and after its end. */
  public abstract @Nullable Strand strand();

  /** Returns its name, for logs and events. */
  public abstract String name();

  // For the order of turns.

  /** Returns the group with which it shares turns; null if it is in no group. */
  public abstract @Nullable Object group();

  /** Returns its priority; a greater one comes first. */
  public abstract int priority();

  /**
   * Returns the elapsed time at which its nearest limit passes; {@link LoopWheel#NEVER} without
   * one.
   */
  public abstract long strikeNanos();
}
