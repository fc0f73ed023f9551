package io.tourbillon.bench.work;

/**
 * Work in which as many timers are pending after each operation as before it. For one thread. Kept
 * apart from the code that repeats and measures it, so that all measure the same.
 */
public interface SteadyWork extends Operation {
  /** Arms all timers. */
  void fill();

  /**
   * Checks that nothing was lost or doubled.
   *
   * @throws IllegalStateException if something was: for one, if another number of timers than those
   *     filled in is pending
   */
  void check();

  /** Ends the service; what is pending is dropped. */
  void close();

  /** What to throw when a timer that had to be pending was not. */
  static IllegalStateException notPending(int place) {
    return new IllegalStateException(
        "the timer of a place must be pending, but came due or was lost: place " + place);
  }
}
