package io.tourbillon.bench.subject;

import java.util.Arrays;

/**
 * Who sleeps for how long, and how late it woke up: a row for each coroutine, an element for each
 * of its sleeps. A coroutine writes its own elements only; they are read after all have ended.
 */
public final class SleepPlan {
  private static final long NOT_SLEPT = Long.MIN_VALUE;

  private final int sleeps;
  private final long[] delayNanos;
  private final long[] latenessNanos;

  /**
   * @param delayNanos row after row
   * @param sleeps elements of a row
   */
  public SleepPlan(long[] delayNanos, int sleeps) {
    if (sleeps < 1 || delayNanos.length % sleeps != 0) {
      throw new IllegalArgumentException(
          "sleeps must divide the number of delays, " + delayNanos.length + ": " + sleeps);
    }
    this.sleeps = sleeps;
    this.delayNanos = delayNanos;
    latenessNanos = new long[delayNanos.length];
    reset();
  }

  public int coroutines() {
    return delayNanos.length / sleeps;
  }

  /** Sleeps of a coroutine. */
  public int sleeps() {
    return sleeps;
  }

  public long delayNanos(int coroutine, int sleep) {
    return delayNanos[coroutine * sleeps + sleep];
  }

  /** Told by a coroutine after each sleep, with its own readings of {@link System#nanoTime()}. */
  public void record(int coroutine, int sleep, long startNanos, long endNanos) {
    int element = coroutine * sleeps + sleep;
    latenessNanos[element] = endNanos - startNanos - delayNanos[element];
  }

  /** Forgets what was recorded. */
  public void reset() {
    Arrays.fill(latenessNanos, NOT_SLEPT);
  }

  /** How late each sleep ended, row after row. */
  public long[] latenessNanos() {
    return latenessNanos.clone();
  }

  /**
   * Checks that all sleeps were long enough.
   *
   * @throws IllegalStateException if one ended early, or was left out
   */
  public void requireAllSlept() {
    for (int element = 0; element < latenessNanos.length; element++) {
      long nanos = latenessNanos[element];
      if (nanos == NOT_SLEPT) {
        throw new IllegalStateException(
            "a coroutine must sleep " + sleeps + " times: " + element / sleeps + " did not");
      }
      if (nanos < 0) {
        throw new IllegalStateException("a sleep must not be early: by " + -nanos + " ns");
      }
    }
  }
}
