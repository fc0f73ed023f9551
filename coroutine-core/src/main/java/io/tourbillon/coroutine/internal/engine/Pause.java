package io.tourbillon.coroutine.internal.engine;

/** How a turn of a coroutine ended, as reported by its engine. */
public enum Pause {
  /** The coroutine called {@link Strand#suspend}. */
  SUSPENDED,
  /** The coroutine is in a blocking call of the JDK; the engine will resume it. */
  BLOCKED,
  /** The thread could not run just now; the engine will run the turn later. */
  NOT_TAKEN,
  /**
   * The coroutine has not begun, since there was no memory for its stack; a new strand may succeed.
   */
  NOT_STARTED,
  /** The coroutine has ended. */
  ENDED
}
