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

  /** Runs one turn of the task. Called on the loop. */
  public abstract void takeTurn();

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
