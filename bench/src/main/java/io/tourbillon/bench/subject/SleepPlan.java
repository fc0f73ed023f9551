package io.tourbillon.bench.subject;

import java.util.Arrays;

/**
 * How long each coroutine sleeps, and how late it woke up: a row for each coroutine, an element for
 * each of its sleeps. A coroutine writes only its own elements; they are read after all have ended.
 */
public final class SleepPlan {
  private static final long NOT_SLEPT = Long.MIN_VALUE;

  private final int sleeps;

  /**
   * The delay and the lateness of each element, side by side. They are not in the caches when a
   * sleep ends, and two cache misses instead of one would be a cost of the harness.
   */
  private final long[] nanos;

  /**
   * @param delayNanos the delays, row by row
   * @param sleeps the number of elements of a row
   */
  public SleepPlan(long[] delayNanos, int sleeps) {
    if (sleeps < 1 || delayNanos.length % sleeps != 0) {
      throw new IllegalArgumentException(
          "sleeps must divide the number of delays, " + delayNanos.length + ": " + sleeps);
    }
    this.sleeps = sleeps;
    nanos = new long[Math.multiplyExact(2, delayNanos.length)];
    for (int element = 0; element < delayNanos.length; element++) {
      nanos[2 * element] = delayNanos[element];
    }
    reset();
  }

  public int coroutines() {
    return elements() / sleeps;
  }

  /** The number of sleeps of a coroutine. */
  public int sleeps() {
    return sleeps;
  }

  public long delayNanos(int coroutine, int sleep) {
    return nanos[2 * element(coroutine, sleep)];
  }

  private int element(int coroutine, int sleep) {
    return coroutine * sleeps + sleep;
  }

  private int elements() {
    return nanos.length / 2;
  }

  /** Called by a coroutine after each sleep, with its own readings of {@link System#nanoTime()}. */
  public void record(int coroutine, int sleep, long startNanos, long endNanos) {
    int place = 2 * element(coroutine, sleep);
    nanos[place + 1] = endNanos - startNanos - nanos[place];
  }

  /** Resets what was recorded. */
  public void reset() {
    for (int element = 0; element < elements(); element++) {
      nanos[2 * element + 1] = NOT_SLEPT;
    }
  }

  /** How late each sleep ended, row by row. */
  public long[] latenessNanos() {
    long[] lateness = new long[elements()];
    Arrays.setAll(lateness, this::latenessNanos);
    return lateness;
  }

  private long latenessNanos(int element) {
    return nanos[2 * element + 1];
  }

  /**
   * Checks that all sleeps were long enough.
   *
   * @throws IllegalStateException if one ended early, or did not happen
   */
  public void requireAllSlept() {
    for (int element = 0; element < elements(); element++) {
      long lateNanos = latenessNanos(element);
      if (lateNanos == NOT_SLEPT) {
        throw new IllegalStateException(
            "a coroutine must sleep " + sleeps + " times: " + element / sleeps + " did not");
      }
      if (lateNanos < 0) {
        throw new IllegalStateException("a sleep must not be early: by " + -lateNanos + " ns");
      }
    }
  }
}
