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
 * <p>Runs are kept in two generations of a minute each, the current one and the one before. So a
 * slow start is forgotten without any check of ages. Nearly every run is shorter than the bar of
 * the current generation and costs one comparison; of a million equally distributed runs about a
 * hundred are added.
 */
final class SlowestRuns {
  /** How many runs a generation keeps, and a reader gets. */
  static final int CAPACITY = 10;

  static final long GENERATION_NANOS = 60_000_000_000L;

  private static final Comparator<SlowRun> LONGEST_FIRST =
      new Comparator<>() {
        @Override
        public int compare(SlowRun one, SlowRun other) {
          return Long.compare(other.runNanos(), one.runNanos());
        }
      };

  /** A bar below every run: the generation is not full. */
  private static final long NO_BAR = -1;

  private List<SlowRun> current = new ArrayList<>();
  private List<SlowRun> previous = List.of();

  /** The number of the minute, in elapsed time, that the current generation is of. */
  private long minute;

  private long barNanos = NO_BAR;

  /**
   * Begins a new generation when a minute is over. Called once for each batch, not for each run; a
   * run that lasts beyond its minute counts for the minute of the last batch. A reader may have
   * read the clock before the driver did, and call this after it: then no generation begins.
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

  /** Sorts runs, longest first, and keeps as many as a reader gets. */
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
