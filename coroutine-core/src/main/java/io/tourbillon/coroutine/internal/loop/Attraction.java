package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.engine.LoopConfined;

/**
 * Finds coroutines of a loop that another loop resumes again and again. They are better off there:
 * a resumption within a loop costs less than one between loops. One that other loops resume about
 * as often is seldom found (majority vote, Boyer and Moore, 1981).
 *
 * <p>A small table by number, so that nothing is kept in the coroutines. One coroutine at a time
 * has a place, for as long as its resumptions may take. Then others that belong there come first,
 * for as long again.
 */
@LoopConfined
public final class Attraction {
  private static final int PLACE_BITS = 6;
  private static final int PLACES = 1 << PLACE_BITS;

  /** Spreads numbers over the places: 2^64 divided by the golden ratio, odd. */
  private static final long MIX = 0x9E3779B97F4A7C15L;

  /** So many resumptions attract to a loop with a smaller number. */
  private static final int TIMES = 16;

  /**
   * So many times as many attract to a loop with a greater number. So two coroutines that resume
   * each other meet, instead of changing places; and one that only waits follows the other.
   */
  private static final int RELUCTANCE = 4;

  /** The coroutine that has the place; negated if it has given it up; zero for none. */
  private final long[] numbers = new long[PLACES];

  private final int[] attractors = new int[PLACES];

  /** The resumptions by that loop, less all others. */
  private final int[] times = new int[PLACES];

  /** When the place was taken or given up, and for how long that counts. */
  private final long[] sinceNanos = new long[PLACES];

  private final long[] windowNanos = new long[PLACES];

  /**
   * Notes that another loop has resumed a coroutine. Returns whether it has done so often enough.
   *
   * @param number the number of the coroutine, from 1
   * @param from the number of its loop
   * @param attractor the number of the other loop
   * @param eachNanos the time within which a resumption must follow another, on average
   */
  public boolean isStrong(long number, int from, int attractor, long eachNanos, long nowNanos) {
    int place = place(number);
    int enough = attractor < from ? TIMES : RELUCTANCE * TIMES;
    long enoughNanos = enough * eachNanos;
    boolean isOver = nowNanos - sinceNanos[place] >= windowNanos[place];
    if (numbers[place] == number && isOver) {
      giveUp(place, number, nowNanos);
      return false;
    }
    if (numbers[place] != number) {
      boolean isFree = numbers[place] <= 0 && numbers[place] != -number;
      if (!isFree && !isOver) {
        return false;
      }
      numbers[place] = number;
      sinceNanos[place] = nowNanos;
      windowNanos[place] = 0;
      times[place] = 0;
    }
    // Longer for a candidate that needs more, and never shorter. So no other vote ends it sooner.
    windowNanos[place] = Math.max(windowNanos[place], enoughNanos);
    if (votes(place, attractor) < enough || nowNanos - sinceNanos[place] >= enoughNanos) {
      return false;
    }
    numbers[place] = 0;
    return true;
  }

  /** Notes that a coroutine cannot follow a strong attraction, so that it is not found at once. */
  public void refused(long number, long nowNanos) {
    giveUp(place(number), number, nowNanos);
  }

  private void giveUp(int place, long number, long nowNanos) {
    numbers[place] = -number;
    sinceNanos[place] = nowNanos;
  }

  /** Votes for a loop. Returns how many more votes it has than all others. */
  private int votes(int place, int attractor) {
    if (attractors[place] != attractor) {
      if (times[place] > 0) {
        times[place]--;
        return 0;
      }
      attractors[place] = attractor;
    }
    times[place]++;
    return times[place];
  }

  /** Notes that a coroutine was resumed within its loop. */
  public void resumedHere(long number) {
    int place = place(number);
    if (numbers[place] == number && times[place] > 0) {
      times[place]--;
    }
  }

  private static int place(long number) {
    return (int) ((number * MIX) >>> (Long.SIZE - PLACE_BITS));
  }
}
