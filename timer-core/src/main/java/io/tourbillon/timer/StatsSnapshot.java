package io.tourbillon.timer;

import io.tourbillon.timer.internal.TickScale;
import io.tourbillon.timer.internal.text.Measured;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Sums up what the shards have counted. */
final class StatsSnapshot {
  private final TickScale scale;
  private final long maxPending;
  private final long nowNanos;
  private final ShardStats sum = new ShardStats();
  private final List<SlowRun> slowest = new ArrayList<>();
  private long @Nullable [] pendingByLevel;
  private long pending;
  private boolean recorded;
  private long scheduled;
  private long cancelled;

  /**
   * @param nowNanos the elapsed time, by which runs are of late
   */
  StatsSnapshot(TickScale scale, long maxPending, long nowNanos) {
    this.scale = scale;
    this.maxPending = maxPending;
    this.nowNanos = nowNanos;
  }

  /**
   * Adds what one shard says, under its lock, so that its numbers go together.
   *
   * @param begunOnce timers with handles that fired once; not in the stats
   * @param begun runs of timers with handles; not in the stats
   * @param armed how often a timer was put into the shard
   */
  void add(
      @Nullable ShardStats stats,
      long begunOnce,
      long begun,
      long armed,
      long[] byLevel,
      long shardPending) {
    pending += shardPending;
    if (pendingByLevel == null) {
      pendingByLevel = new long[byLevel.length];
    }
    for (int level = 0; level < byLevel.length; level++) {
      pendingByLevel[level] += byLevel[level];
    }
    if (stats != null) {
      recorded = true;
      long shardScheduled = armed - stats.armedAgain;
      scheduled += shardScheduled;
      cancelled += shardScheduled - stats.fired - begunOnce - stats.handedBack - shardPending;
      sum.fired += begunOnce;
      sum.runs += begun;
      stats.addTo(sum, slowest, nowNanos);
    }
  }

  TimerStats finish() {
    List<Long> byLevel = new ArrayList<>();
    if (pendingByLevel != null) {
      for (long size : pendingByLevel) {
        byLevel.add(size);
      }
    }
    SlowestRuns.trimToSlowest(slowest);
    return new Figures(
        recorded,
        scale.tickNanos(),
        maxPending,
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
        sum.stalls,
        pending,
        List.copyOf(byLevel),
        sum.latenessNanos.build(),
        sum.waitNanos.build(),
        sum.runNanos.build(),
        List.copyOf(slowest));
  }

  /** The figures that users get. */
  record Figures(
      boolean recorded,
      long tickNanos,
      long maxPending,
      long scheduled,
      long cancelled,
      long rescheduled,
      long fired,
      long runs,
      long handedBack,
      long rejected,
      long exceptions,
      long pauses,
      long pauseNanos,
      long stalls,
      long pending,
      List<Long> pendingByLevel,
      Distribution latenessNanos,
      Distribution waitNanos,
      Distribution runNanos,
      List<SlowRun> slowest)
      implements TimerStats {
    @Override
    public String toString() {
      String bound = maxPending == Long.MAX_VALUE ? "" : " of at most " + maxPending;
      String levels =
          pendingByLevel.stream().map(String::valueOf).collect(Collectors.joining(", "));
      StringJoiner text = new StringJoiner("\n");
      if (!recorded) {
        text.add("timers: pending " + pending + bound + " (by level " + levels + "); not recorded");
        return text.toString();
      }
      text.add(
          "timers: scheduled "
              + scheduled
              + ", fired "
              + fired
              + ", cancelled "
              + cancelled
              + ", handed back "
              + handedBack
              + ", pending "
              + pending
              + bound
              + " (by level "
              + levels
              + "); rescheduled "
              + rescheduled
              + " times");
      text.add(
          "runs: "
              + runs
              + ", exceptions "
              + exceptions
              + ", rejected "
              + rejected
              + ", stalls "
              + stalls
              + ", pauses "
              + pauses
              + " ("
              + Measured.time(pauseNanos)
              + ")");
      text.add("late: " + latenessNanos + "; a tick is " + Measured.time(tickNanos));
      text.add("waited: " + waitNanos);
      text.add("ran: " + runNanos);
      slowest.forEach(run -> text.add("slow: " + run));
      return text.toString();
    }
  }
}
