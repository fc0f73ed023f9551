package io.tourbillon.timer;

import io.tourbillon.timer.internal.text.Measured;
import io.tourbillon.timer.internal.text.Printable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The longest runs of one shard in the last one to two minutes. Guarded by the shard's lock.
 *
 * <p>Runs are kept by generations of a minute, this one and the one before, so that a slow start is
 * forgotten without looking at the age of anything. Nearly every run is shorter than the bar that
 * this generation has set, and costs a comparison with it; of a million equally distributed ones
 * some hundred get in.
 */
final class SlowestRuns {
  /** How many runs a generation keeps, and a reader is told of. */
  static final int CAPACITY = 10;

  static final long GENERATION_NANOS = 60_000_000_000L;

  private static final Comparator<SlowRun> LONGEST_FIRST =
      new Comparator<>() {
        @Override
        public int compare(SlowRun one, SlowRun other) {
          return Long.compare(other.runNanos(), one.runNanos());
        }
      };

  /** Below every run: there is room. */
  private static final long NO_BAR = -1;

  private List<SlowRun> current = new ArrayList<>();
  private List<SlowRun> previous = List.of();

  /** The number of the minute, in elapsed time, that the current generation is of. */
  private long minute;

  private long barNanos = NO_BAR;

  /**
   * Begins a new generation if it is time. Done once a batch and not once a run; a run that goes on
   * beyond its minute counts as one of the minute of the last batch. A reader may have looked at
   * the clock before the driver did and come after it: then there is nothing to begin.
   */
  void turn(long nowNanos) {
    long now = nowNanos / GENERATION_NANOS;
    if (now > minute) {
      previous = now == minute + 1 ? current : List.of();
      current = new ArrayList<>();
      barNanos = NO_BAR;
      minute = now;
    }
  }

  /** Whether a run is long enough to be among the slowest of this generation. */
  boolean isSlow(long runNanos) {
    return runNanos > barNanos;
  }

  /** Adds a run, unless others have raised the bar since it was found to be slow. */
  void add(SlowRun run) {
    current.add(run);
    trimToSlowest(current);
    if (current.size() == CAPACITY) {
      barNanos = current.getLast().runNanos();
    }
  }

  void addTo(List<SlowRun> all) {
    all.addAll(current);
    all.addAll(previous);
  }

  /** Sorts runs, the longest first, and keeps as many as a reader is told of. */
  static void trimToSlowest(List<SlowRun> runs) {
    runs.sort(LONGEST_FIRST);
    while (runs.size() > CAPACITY) {
      runs.removeLast();
    }
  }

  /** The figures of one run. */
  record Run(String task, long runNanos, long endEpochMillis) implements SlowRun {
    @Override
    public String toString() {
      return Printable.of(task)
          + " ran for "
          + Measured.time(runNanos)
          + " until "
          + Instant.ofEpochMilli(endEpochMillis);
    }
  }
}
