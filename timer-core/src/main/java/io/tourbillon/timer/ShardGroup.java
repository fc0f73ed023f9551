package io.tourbillon.timer;

import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.TickScale;
import java.time.Duration;

/**
 * All shards of a service: those of the calling threads, and that of the executor views if there is
 * one. For operations that go through all of them, a lock at a time, so that callers and driver go
 * on in between.
 */
final class ShardGroup {
  private final Shard[] shards;
  private final ExecutorViews views;
  private final ServiceParts parts;

  ShardGroup(Shard[] shards, ExecutorViews views, ServiceParts parts) {
    this.shards = shards;
    this.views = views;
    this.parts = parts;
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

  /** Refuses timers from now on. Allocates nothing. */
  void close() {
    for (Shard shard : shards) {
      shard.close();
    }
    views.close();
  }

  /** Takes out all timers. */
  void drain(HandBack handBack) {
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
        if (attempt == MemoryReserve.ATTEMPTS) {
          throw full;
        }
        MemoryReserve.pause();
      }
    }
  }
}
