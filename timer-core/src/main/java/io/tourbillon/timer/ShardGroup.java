package io.tourbillon.timer;

import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.Refusals;
import io.tourbillon.timer.internal.TickScale;
import io.tourbillon.timer.internal.observe.LogMessage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/**
 * All shards of a service: those of the calling threads, and that of the executor views if there is
 * one. For operations that go through all of them, a lock at a time, so that callers and driver go
 * on in between.
 */
final class ShardGroup {
  private final Shard[] shards;
  private final ExecutorViews views;
  private final ServiceParts parts;

  /**
   * Set once, and only for queries: the shards decide under their locks which timers are refused.
   */
  private volatile boolean shutdown;

  ShardGroup(Shard[] shards, ExecutorViews views, ServiceParts parts) {
    this.shards = shards;
    this.views = views;
    this.parts = parts;
  }

  Waker waker() {
    return parts.waker();
  }

  long pending() {
    long pending = 0;
    for (Shard shard : shards) {
      pending += shard.pending();
    }
    OrderedShard ordered = views.shard();
    return ordered == null ? pending : pending + ordered.pending();
  }

  TimerStats stats() {
    StatsSnapshot snapshot =
        new StatsSnapshot(parts.scale(), parts.limit().maxPending(), parts.elapsedNanos());
    for (Shard shard : shards) {
      shard.addTo(snapshot);
    }
    OrderedShard ordered = views.shard();
    if (ordered != null) {
      ordered.addTo(snapshot);
    }
    return snapshot.finish();
  }

  /** How long the earliest event of all shards has been due, or zero. */
  Duration overdue() {
    long eventTick = Waker.NEVER;
    for (Shard shard : shards) {
      eventTick = Math.min(eventTick, shard.peekEventTick());
    }
    OrderedShard ordered = views.shard();
    if (ordered != null) {
      eventTick = Math.min(eventTick, ordered.peekEventTick());
    }
    TickScale scale = parts.scale();
    return eventTick == Waker.NEVER
        ? Duration.ZERO
        : Duration.ofNanos(Math.max(0, parts.elapsedNanos() - scale.startNanos(eventTick)));
  }

  TimerDump dump() {
    DumpCounter counter = new DumpCounter(parts.scale(), parts.elapsedNanos());
    for (Shard shard : shards) {
      for (int page = 0; page < shard.pageCount(); page++) {
        shard.visit(page, counter);
      }
    }
    OrderedShard ordered = views.shard();
    if (ordered != null) {
      for (int page = 0; page < ordered.pageCount(); page++) {
        ordered.visit(page, counter);
      }
    }
    return counter.finish();
  }

  // Shutdown.

  boolean isShutdown() {
    return shutdown;
  }

  /**
   * Refuses timers from now on, and takes out what is pending; see {@link TimerService}.
   *
   * @param isWanted whether the caller wants the tasks; otherwise timers that are numbers are left
   *     out
   */
  List<Runnable> shutdownNow(boolean isWanted) {
    refuseAll();
    HandBack handBack = new HandBack(parts.events(), isWanted);
    List<Runnable> passedIn;
    try {
      drain(handBack);
    } finally {
      parts.limit().release(handBack.size());
      passedIn = handBack.finish();
    }
    tellViews(handBack);
    return passedIn;
  }

  /** What was handed back must get to the caller, so this throws nothing for lack of memory. */
  private void tellViews(HandBack handBack) {
    while (true) {
      try {
        views.tellShutdown();
        return;
      } catch (OutOfMemoryError full) {
        if (!handBack.pauses()) {
          parts.events().log(LogMessage.HAND_BACK_FAILED, full);
          return;
        }
      }
    }
  }

  /**
   * Refuses timers from now on, and lets the driver end after the batch that it runs. Allocates
   * nothing.
   */
  private void refuseAll() {
    shutdown = true;
    for (Shard shard : shards) {
      shard.close();
    }
    views.close();
    parts.waker().stop();
  }

  /**
   * Called when the driver has failed through a bug. Nothing would fire any more, so this refuses
   * new timers, hands back the pending ones and logs the bug. Refusing comes first and needs no
   * memory.
   */
  void driverBroke(Throwable broken) {
    refuseAll();
    parts.events().log(LogMessage.DRIVER_BROKE, broken);
    List<Runnable> lost = shutdownNow(true);
    RejectedExecutionException cause = new RejectedExecutionException(Refusals.SHUT_DOWN, broken);
    for (Runnable task : lost) {
      parts.events().notRun(task, LogMessage.SHUT_DOWN, cause);
    }
  }

  /** Called when a service that was dropped without a close has ended. */
  void tellDropped(String threadName) {
    parts.events().dropped(threadName);
  }

  /** Takes out all timers. */
  private void drain(HandBack handBack) {
    for (Shard shard : shards) {
      do {
        for (int page = 0; page < shard.pageCount(); page++) {
          drain(shard, page, handBack);
        }
      } while (!shard.isDrained());
    }
    OrderedShard ordered = views.shard();
    if (ordered != null) {
      // The first page last: entries move there from the others meanwhile.
      for (int page = ordered.pageCount() - 1; page >= 0; page--) {
        drain(ordered, page, handBack);
      }
    }
  }

  /** Waits for memory for a while: what was drained before must get back to the caller. */
  private static void drain(AbstractShard<?> shard, int page, HandBack handBack) {
    for (int attempt = 1; ; attempt++) {
      try {
        shard.drain(page, handBack);
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pauseUnlessLast(full, attempt);
      }
    }
  }
}
