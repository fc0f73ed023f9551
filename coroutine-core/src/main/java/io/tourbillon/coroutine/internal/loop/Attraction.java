package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.engine.LoopConfined;

/**
 * Finds coroutines of a loop that another loop resumes again and again. They are better off there:
 * a resumption within a loop costs less than one between loops. A small table by number, so that
 * nothing is kept in the coroutines. Those that have the same place in it are watched one after the
 * other.
 */
@LoopConfined
public final class Attraction {
  private static final int PLACES = 64;

  /** So many resumptions attract to a loop with a smaller number. */
  private static final int TIMES = 16;

  /**
   * So many times as many attract to a loop with a greater number. So two coroutines that resume
   * each other meet, instead of changing places; and one that only waits follows the other.
   */
  private static final int RELUCTANCE = 4;

  /** Zero for none. */
  private final long[] numbers = new long[PLACES];

  private final int[] attractors = new int[PLACES];

  /** The resumptions by the attractor, less those within the loop. */
  private final int[] times = new int[PLACES];

  private final long[] untilNanos = new long[PLACES];

  /**
   * Notes that another loop has resumed a coroutine. Returns whether it has done so often enough.
   *
   * @param number the number of the coroutine, from 1
   * @param from the number of its loop
   * @param attractor the number of the other loop
   * @param eachNanos the time within which a resumption must follow another, on average
   */
  public boolean isStrong(long number, int from, int attractor, long eachNanos, long nowNanos) {
    int enough = attractor < from ? TIMES : RELUCTANCE * TIMES;
    int place = place(number);
    boolean isOver = nowNanos >= untilNanos[place];
    boolean isNew = numbers[place] != number;
    if (isNew && numbers[place] != 0 && !isOver) {
      return false;
    }
    if (isNew || isOver || attractors[place] != attractor) {
      numbers[place] = number;
      attractors[place] = attractor;
      times[place] = 0;
      untilNanos[place] = nowNanos + enough * eachNanos;
    }
    times[place]++;
    if (times[place] < enough) {
      return false;
    }
    numbers[place] = 0;
    return true;
  }

  /** Notes that a coroutine was resumed within its loop. */
  public void resumedHere(long number) {
    int place = place(number);
    if (numbers[place] == number && times[place] > 0) {
      times[place]--;
    }
  }

  private static int place(long number) {
    return (int) (number % PLACES);
  }
}
