package io.tourbillon.timer;

import org.HdrHistogram.Histogram;

/**
 * Counts and measures of one shard. Written and read under its lock.
 *
 * <p>What most timers do, being armed and cancelled, is not counted here: the wheel knows how many
 * it has armed, and whoever has not fired, was not handed back and is not pending was cancelled.
 */
final class ShardStats {
  /** Values are exact to 1 %; longer than an hour counts as an hour. */
  private static final int DIGITS = 2;

  private static final long HIGHEST_NANOS = 3_600_000_000_000L;

  /** Periodic timers armed for another run: those were scheduled before. */
  long armedAgain;

  long rescheduled;
  long fired;
  long runs;
  long handedBack;
  long rejected;
  long exceptions;
  long pauses;
  long pauseNanos;
  private final Histogram latenessNanos = newHistogram();
  private final Histogram runNanos = newHistogram();

  static Histogram newHistogram() {
    return new Histogram(HIGHEST_NANOS, DIGITS);
  }

  /** Timers of a batch come in order of deadline, so equal ones are recorded in one go. */
  void recordLateness(Batch batch, TickScale scale, long nowNanos) {
    for (int first = 0; first < batch.size(); ) {
      long tick = batch.deadlineTick(first);
      int next = first + 1;
      while (next < batch.size() && batch.deadlineTick(next) == tick) {
        next++;
      }
      long nanos = Math.max(0, nowNanos - scale.startNanos(tick));
      latenessNanos.recordValueWithCount(Math.min(nanos, HIGHEST_NANOS), (long) next - first);
      first = next;
    }
  }

  void recordRun(long nanos, long count) {
    runNanos.recordValueWithCount(Math.clamp(nanos, 0, HIGHEST_NANOS), count);
  }

  void addTo(Histogram lateness, Histogram run) {
    lateness.add(latenessNanos);
    run.add(runNanos);
  }
}
