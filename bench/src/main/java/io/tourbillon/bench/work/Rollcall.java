package io.tourbillon.bench.work;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Counts how often each of many coroutines has run, with one increment in an array. A coroutine
 * writes only its own count; the counts are read after all have ended.
 */
public final class Rollcall implements IntConsumer {
  private final int[] counts;

  public Rollcall(int coroutines) {
    counts = new int[coroutines];
  }

  @Override
  public void accept(int coroutine) {
    counts[coroutine]++;
  }

  /**
   * Checks the counts, and resets them.
   *
   * @throws IllegalStateException if a coroutine has run more or fewer times than this
   */
  public void requireEach(int times) {
    for (int coroutine = 0; coroutine < counts.length; coroutine++) {
      if (counts[coroutine] != times) {
        throw new IllegalStateException(
            "a coroutine must run "
                + times
                + " times: number "
                + coroutine
                + " did "
                + counts[coroutine]);
      }
    }
    Arrays.fill(counts, 0);
  }
}
