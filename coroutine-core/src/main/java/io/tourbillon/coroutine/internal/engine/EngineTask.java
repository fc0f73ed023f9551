package io.tourbillon.coroutine.internal.engine;

/**
 * A coroutine, as an engine sees it.
 *
 * <p>{@link #run} is its body; the engine runs it once, on the coroutine's own stack.
 */
public interface EngineTask extends Runnable {
  /**
   * Sets the name of the thread that will carry the coroutine, if the coroutine was given a name.
   */
  Thread.Builder.OfVirtual named(Thread.Builder.OfVirtual builder);

  /** Runs a turn that the JDK gave after a blocking call. Called on the loop. */
  void runBlocked();
}
