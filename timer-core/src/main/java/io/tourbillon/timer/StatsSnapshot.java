package io.tourbillon.timer;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Sums up what the shards have counted. */
final class StatsSnapshot {
  private final ShardStats sum = new ShardStats();
  private final Histogram latenessNanos = ShardStats.newHistogram();
  private final Histogram runNanos = ShardStats.newHistogram();
  private long @Nullable [] pendingByLevel;
  private long pending;
  private long scheduled;
  private long cancelled;

  /**
   * Adds what one shard says, under its lock, so that its numbers go together.
   *
   * @param armed how often its wheel was armed
   */
  void add(@Nullable ShardStats stats, long armed, long[] byLevel, long shardPending) {
    pending += shardPending;
    if (pendingByLevel == null) {
      pendingByLevel = new long[byLevel.length];
    }
    for (int level = 0; level < byLevel.length; level++) {
      pendingByLevel[level] += byLevel[level];
    }
    if (stats != null) {
      long shardScheduled = armed - stats.armedAgain;
      scheduled += shardScheduled;
      cancelled += shardScheduled - stats.fired - stats.handedBack - shardPending;
      sum.rescheduled += stats.rescheduled;
      sum.fired += stats.fired;
      sum.runs += stats.runs;
      sum.handedBack += stats.handedBack;
      sum.rejected += stats.rejected;
      sum.exceptions += stats.exceptions;
      sum.pauses += stats.pauses;
      sum.pauseNanos += stats.pauseNanos;
      stats.addTo(latenessNanos, runNanos);
    }
  }

  TimerStats finish() {
    List<Long> byLevel = new ArrayList<>();
    if (pendingByLevel != null) {
      for (long size : pendingByLevel) {
        byLevel.add(size);
      }
    }
    return new TimerStats(
        scheduled,
        cancelled,
        sum.rescheduled,
        sum.fired,
        sum.runs,
        sum.handedBack,
        sum.rejected,
        sum.exceptions,
        sum.pauses,
        sum.pauseNanos,
        pending,
        List.copyOf(byLevel),
        latenessNanos,
        runNanos);
  }
}
