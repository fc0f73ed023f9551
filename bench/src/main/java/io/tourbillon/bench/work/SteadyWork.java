package io.tourbillon.bench.work;

/**
 * Work that leaves as many timers pending after each operation as before it. For one thread.
 * Separate from the code that repeats and measures it, so that all measure the same work.
 */
public interface SteadyWork extends Operation {
  /** Arms all timers. */
  void fill();

  /** Waits for what a service that works in a thread of its own still has to do for cancels. */
  default void settle() {}

  /**
   * Checks that no timer was lost or duplicated.
   *
   * @throws IllegalStateException if one was, for example if the number of pending timers is not
   *     the number that was armed by {@link #fill}
   */
  void check();

  /** Ends the service; what is pending is dropped. */
  void close();

  /** Makes the exception for a timer that should have been pending but was not. */
  static IllegalStateException notPending(int place) {
    return new IllegalStateException(
        "the timer of a place must be pending, but came due or was lost: place " + place);
  }
}
