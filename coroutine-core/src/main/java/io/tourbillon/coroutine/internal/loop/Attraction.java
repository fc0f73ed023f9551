package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.engine.LoopConfined;

/**
 * Finds coroutines of a loop that another loop resumes again and again. They are better off there:
 * a resumption within a loop costs less than one between loops. A small table by number, in which a
 * coroutine may displace another one, so that nothing is kept in the coroutines.
 */
@LoopConfined
public final class Attraction {
  private static final int PLACES = 64;

  /** So many resumptions within a time attract to a loop with a smaller number. */
  private static final int TIMES = 16;

  /** The time for each. Short, since two loops are better than one for sides that compute. */
  private static final long EACH_NANOS = 30_000;

  /**
   * So many times as many attract to a loop with a greater number. So two coroutines that resume
   * each other meet, instead of changing places; and one that only waits follows the other.
   */
  private static final int RELUCTANCE = 4;

  private final long[] numbers = new long[PLACES];
  private final int[] attractors = new int[PLACES];
  private final int[] times = new int[PLACES];
  private final long[] sinceNanos = new long[PLACES];

  /**
   * Notes that another loop has resumed a coroutine. Returns whether it has done so often enough.
   *
   * @param number the number of the coroutine
   * @param from the number of its loop
   * @param attractor the number of the other loop
   */
  public boolean isStrong(long number, int from, int attractor, long nowNanos) {
    int enough = attractor < from ? TIMES : RELUCTANCE * TIMES;
    int place = (int) (number % PLACES);
    boolean goesOn =
        numbers[place] == number
            && attractors[place] == attractor
            && nowNanos - sinceNanos[place] < enough * EACH_NANOS;
    if (!goesOn) {
      numbers[place] = number;
      attractors[place] = attractor;
      times[place] = 0;
      sinceNanos[place] = nowNanos;
    }
    times[place]++;
    if (times[place] < enough) {
      return false;
    }
    times[place] = 0;
    return true;
  }
}
