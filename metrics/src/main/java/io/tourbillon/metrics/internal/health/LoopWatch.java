package io.tourbillon.metrics.internal.health;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.LoopStats;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Finds out whether loops make progress. It asks them and notes which ones do not answer, since
 * when, and how many turns they had given by then. A loop is stalled if it does not answer again
 * after the limit or later, and has given no turn meanwhile. Works only when it is asked.
 * Thread-safe.
 */
public final class LoopWatch {
  private final CoroutineScheduler scheduler;
  private final long limitNanos;
  private final LongSupplier nanoTime;

  /** By the name of the loop. Guarded by the monitor. */
  private final Map<String, Silence> silences = new HashMap<>();

  /** Creates a watch by the system's clock. */
  public LoopWatch(CoroutineScheduler scheduler, Duration limit) {
    this(scheduler, limit, System::nanoTime);
  }

  LoopWatch(CoroutineScheduler scheduler, Duration limit, LongSupplier nanoTime) {
    this.scheduler = scheduler;
    this.limitNanos = TimeUnit.NANOSECONDS.convert(limit);
    this.nanoTime = nanoTime;
  }

  /** Returns the condition of each loop, by its name. */
  public Map<String, Condition> check() {
    // Waits for up to a tenth of a second, so it does not hold the monitor.
    Set<String> silent = new HashSet<>(scheduler.dump(0).silent());
    Map<String, Condition> conditions = new LinkedHashMap<>();
    for (LoopStats loop : scheduler.stats().loops()) {
      conditions.put(
          loop.name(),
          loop.dead()
              ? Condition.DEAD
              : scheduler.isShutdown()
                  ? Condition.CLOSED
                  : conditionOf(loop, silent.contains(loop.name())));
    }
    return conditions;
  }

  private synchronized Condition conditionOf(LoopStats loop, boolean silent) {
    if (!silent) {
      silences.remove(loop.name());
      return Condition.UP;
    }
    long nowNanos = nanoTime.getAsLong();
    Silence silence = silences.get(loop.name());
    if (silence == null || silence.switches() != loop.switches()) {
      silences.put(loop.name(), new Silence(nowNanos, loop.switches()));
      return Condition.UP;
    }
    return nowNanos - silence.sinceNanos() >= limitNanos ? Condition.STALLED : Condition.UP;
  }

  private record Silence(long sinceNanos, long switches) {}
}
