package io.tourbillon.coroutine.internal.engine;

/**
 * What an engine knows of a coroutine.
 *
 * <p>{@link #run} is its body, which the engine runs on the coroutine's own stack, once.
 */
public interface EngineTask extends Runnable {
  /** Gives the thread that is to carry it the coroutine's name, if it was given one. */
  Thread.Builder.OfVirtual named(Thread.Builder.OfVirtual builder);

  /** Takes a turn that the JDK has given after a blocking call. Called on the loop. */
  void runBlocked();
}
