package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.engine.EngineTask;
import io.tourbillon.coroutine.internal.engine.Strand;
import org.jspecify.annotations.Nullable;

/**
 * What a loop knows of a coroutine. In the ready queue it stands for its turn, and in the wheel for
 * the time at which it has to be looked at.
 *
 * <p>A class without fields, and not an interface, as the loop asks at every turn whether a task is
 * one: that is cheaper to ask of a class.
 */
public abstract class LoopTask implements EngineTask, Expiry {
  /** For subclasses. */
  protected LoopTask() {}

  /** Gives it the turn, and returns when it has given it back. Called on the loop. */
  public abstract void takeTurn();

  /** What carries its stack; null before its first turn and after its end. */
  public abstract @Nullable Strand strand();

  /** For logs and events. */
  public abstract String name();

  // For the order of turns.

  /** Whose turns are counted together with its own; null if it is in no group. */
  public abstract @Nullable Object group();

  /** The more, the earlier. */
  public abstract int priority();

  /** When its nearest limit is over, in elapsed time; {@link LoopWheel#NEVER} without one. */
  public abstract long strikeNanos();
}
