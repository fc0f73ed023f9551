package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.engine.LoopConfined;

/**
 * Finds coroutines of a loop that another loop resumes again and again. They are better off there:
 * a resumption within a loop costs a tenth of one between loops. A small table by number, in which
 * a coroutine may displace another one, so that nothing is kept in the coroutines.
 */
@LoopConfined
public final class Attraction {
  private static final int PLACES = 64;

  /** So many resumptions within this time attract. */
  private static final int TIMES = 16;

  /** Short enough that neither side computes for long: then two loops are better than one. */
  private static final long WITHIN_NANOS = 500_000;

  private final long[] numbers = new long[PLACES];
  private final int[] attractors = new int[PLACES];
  private final int[] times = new int[PLACES];
  private final long[] sinceNanos = new long[PLACES];

  /**
   * Notes that another loop has resumed a coroutine. Returns whether it has done so often enough.
   *
   * @param number the number of the coroutine
   * @param attractor the number of the other loop
   */
  public boolean isStrong(long number, int attractor, long nowNanos) {
    int place = (int) (number % PLACES);
    boolean goesOn =
        numbers[place] == number
            && attractors[place] == attractor
            && nowNanos - sinceNanos[place] < WITHIN_NANOS;
    if (!goesOn) {
      numbers[place] = number;
      attractors[place] = attractor;
      times[place] = 0;
      sinceNanos[place] = nowNanos;
    }
    times[place]++;
    if (times[place] < TIMES) {
      return false;
    }
    times[place] = 0;
    return true;
  }
}
