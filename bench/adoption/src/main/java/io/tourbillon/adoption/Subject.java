package io.tourbillon.adoption;

/** What a library takes its timers from. */
public enum Subject {
  /** The timer of the library, or an executor of the JDK if the library leaves the choice to us. */
  OWN,

  /** A timer service, whose driver runs the tasks. */
  TIMERS,

  /** The timer service of a coroutine scheduler, whose loops run the tasks. */
  LOOPS
}
