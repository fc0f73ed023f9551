package io.tourbillon.coroutine.internal.dump;

import io.tourbillon.coroutine.CoroutineStats;
import io.tourbillon.coroutine.LoopStats;
import io.tourbillon.coroutine.internal.observe.LoopCounts.Count;
import io.tourbillon.coroutine.internal.task.CoroutineLoop;
import io.tourbillon.timer.Distribution;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Sums up what the loops have counted and measured. Used once. */
public final class StatsSnapshot {
  private final CoroutineLoop[] loops;
  private final Distribution.Builder latenessNanos = Distribution.builder();
  private final Distribution.Builder waitNanos = Distribution.builder();
  private final Distribution.Builder turnNanos = Distribution.builder();

  /**
   * Creates a snapshot of loops.
   *
   * @param alarmsLateness how late the timers were that wake coroutines without turns
   */
  public StatsSnapshot(CoroutineLoop[] loops, Distribution alarmsLateness) {
    this.loops = loops;
    Distribution.Builder _ = latenessNanos.add(alarmsLateness);
  }

  /** Takes the statistics. */
  public CoroutineStats take(boolean recorded, long tickNanos, long spawned, long abandonedCalls) {
    List<LoopStats> each = new ArrayList<>();
    long live = 0;
    long running = 0;
    long guests = 0;
    long refused = 0;
    long letGo = 0;
    for (CoroutineLoop loop : loops) {
      each.add(loop.stats());
      live += loop.live();
      running += loop.running();
      guests += loop.guests();
      refused += loop.refused();
      letGo += loop.letGoes();
      loop.addTo(latenessNanos, waitNanos, turnNanos);
    }
    long present = sum(Count.PRESENT);
    long suspended = Math.min(present, sum(Count.SUSPENDED));
    long waiting = Math.max(0, live - present);
    long moving = Math.clamp(letGo, 0, waiting);
    return new SchedulerFigures(
        recorded,
        tickNanos,
        spawned,
        sum(Count.FINISHED),
        sum(Count.FAILED) + refused,
        Map.of(
            "call", sum(Count.CANCELLED_BY_CALL),
            "future", sum(Count.CANCELLED_BY_FUTURE),
            "close", sum(Count.CANCELLED_BY_CLOSE)),
        sum(Count.TIMEOUTS),
        waiting - moving,
        Math.max(0, present - suspended - running) + moving,
        running,
        suspended,
        guests,
        abandonedCalls,
        sum(Count.SWITCHES),
        each.stream().mapToLong(LoopStats::stalls).sum(),
        each,
        latenessNanos.build(),
        waitNanos.build(),
        turnNanos.build());
  }

  private long sum(Count count) {
    long sum = 0;
    for (CoroutineLoop loop : loops) {
      sum += loop.counts().get(count);
    }
    return sum;
  }
}
