package io.tourbillon.bench.soak.round;

/**
 * The parts of a round, in milliseconds.
 *
 * @param warmUp the load runs, and nothing is judged
 * @param before the usual lateness is measured
 * @param fault the fault is there
 * @param settle what there is to become normal again once the fault is removed: the promise is a
 *     second
 * @param after the lateness must be usual again
 */
public record Phases(long warmUp, long before, long fault, long settle, long after) {
  /** The promise: lateness is normal within a second. */
  public static final long SETTLE_MILLIS = 1000;

  /** The shortest round: fewer timers would not say much about a percentile. */
  public static final long LEAST_MILLIS = 3000;

  /** Loads the classes of everything, and lets the JDK start its threads. */
  static final Phases REHEARSAL = new Phases(100, 100, 200, 100, 100);

  /**
   * Divides a round.
   *
   * @param millis its length, at least {@link #LEAST_MILLIS}
   */
  public static Phases of(long millis) {
    long rest = millis - SETTLE_MILLIS;
    return new Phases(
        rest * 15 / 100, rest * 25 / 100, rest * 35 / 100, SETTLE_MILLIS, rest * 25 / 100);
  }
}
