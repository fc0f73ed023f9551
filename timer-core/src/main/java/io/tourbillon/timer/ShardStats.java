package io.tourbillon.timer;

import io.tourbillon.timer.internal.TickScale;
import java.util.List;

/**
 * Counts and measures of one shard. Written and read under its lock.
 *
 * <p>Arms and cancels, the most frequent events, are not counted here. The wheel counts arms, and a
 * timer that has not fired, was not handed back and is not pending was cancelled.
 */
final class ShardStats {
  /** Timers armed again, which were counted as scheduled before. */
  long armedAgain;

  long rescheduled;

  /** Timers that ended by firing, except timers with a handle that fire once. */
  long fired;

  /** Tasks run or handed to the executor, except tasks of timers with handles. */
  long runs;

  long handedBack;
  long rejected;
  long exceptions;
  long pauses;
  long pauseNanos;
  long stalls;
  final Distribution.Builder latenessNanos = Distribution.builder();
  final Distribution.Builder waitNanos = Distribution.builder();
  final Distribution.Builder runNanos = Distribution.builder();
  private final SlowestRuns slowest = new SlowestRuns();

  /** Called after a batch was taken, before its tasks run. */
  void recordBatch(Batch batch, TickScale scale) {
    recordLateness(batch, scale);
    int withoutHandle = batch.size() - batch.handles();
    runs += withoutHandle;
    fired += withoutHandle;
    slowest.turn(batch.takenNanos());
  }

  /** Called after a timer was taken by itself, before its task runs. */
  void recordTaken(long lateNanos, long takenNanos) {
    latenessNanos.record(lateNanos);
    slowest.turn(takenNanos);
  }

  /**
   * The timers that a batch has from one wheel are in order of deadline, so timers of the same tick
   * are mostly recorded together.
   */
  private void recordLateness(Batch batch, TickScale scale) {
    for (int first = 0; first < batch.size(); ) {
      long tick = batch.deadlineTick(first);
      int next = first + 1;
      while (next < batch.size() && batch.deadlineTick(next) == tick) {
        next++;
      }
      latenessNanos.record(batch.takenNanos() - scale.startNanos(tick), next - first);
      first = next;
    }
  }

  /**
   * Called after a measured run.
   *
   * @param counts how many runs this one represents
   * @return true if the run is one of the slowest, so that {@link #addSlowRun} must follow
   */
  boolean recordRun(long waited, long ran, int counts) {
    waitNanos.record(waited, counts);
    runNanos.record(ran, counts);
    return slowest.isSlow(ran);
  }

  void addSlowRun(SlowRun run) {
    slowest.add(run);
  }

  /** Adds this to a sum of shards. */
  void addTo(ShardStats sum, List<SlowRun> slowestRuns, long nowNanos) {
    sum.rescheduled += rescheduled;
    sum.fired += fired;
    sum.runs += runs;
    sum.handedBack += handedBack;
    sum.rejected += rejected;
    sum.exceptions += exceptions;
    sum.pauses += pauses;
    sum.pauseNanos += pauseNanos;
    sum.stalls += stalls;
    sum.latenessNanos.add(latenessNanos);
    sum.waitNanos.add(waitNanos);
    sum.runNanos.add(runNanos);
    slowest.turn(nowNanos);
    slowest.addTo(slowestRuns);
  }
}
