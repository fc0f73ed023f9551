package io.tourbillon.coroutine.internal.loop;

/**
 * A loop, as work stealing sees it: what other loops and spawners ask it, and what its {@link
 * Thief} needs. See {@link WorkStealing}.
 */
public abstract class Peer {
  /** For subclasses. */
  Peer() {}

  // Called by any thread.

  /** Returns whether the loop sleeps or is about to; false if no loop takes over tasks. */
  abstract boolean isIdle();

  /** Wakes the loop if it sleeps, so that it looks at the tasks of others. */
  abstract void rouse();

  /** Returns the tasks that other loops may take over. */
  protected abstract Newcomers newcomers();

  // Called by the loop.

  /** Returns whether there is one task to run, or none. Called between turns. */
  public abstract boolean hasOneTask();

  /**
   * Takes over an unclaimed task of another loop, and makes it ready. Returns false if that loop or
   * another was first.
   */
  protected abstract boolean takeOver(LoopTask task);
}
