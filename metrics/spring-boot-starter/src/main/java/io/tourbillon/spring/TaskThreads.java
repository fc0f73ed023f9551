package io.tourbillon.spring;

/** On which threads tasks run. */
public enum TaskThreads {
  /**
   * On the driver, the one thread of the timer service, one after the other. For tasks that take
   * microseconds and do not block, because all other timers wait for them.
   */
  DRIVER,
  /** Each on a virtual thread. For tasks that block. */
  VIRTUAL,
  /** On platform threads, which end when they have had nothing to do for a minute. */
  PLATFORM
}
