package io.tourbillon.coroutine.internal.engine;

/** How a turn of a coroutine has ended, as its engine has seen it. */
public enum Pause {
  /** By {@link Strand#suspend}. */
  SUSPENDED,
  /** In a blocking call of the JDK, which the engine will have go on. */
  BLOCKED,
  /** It could not be taken just now; the engine will see to it. */
  NOT_TAKEN,
  /** It has not begun, as there was no memory for its stack; another strand may. */
  NOT_STARTED,
  /** For ever. */
  ENDED
}
