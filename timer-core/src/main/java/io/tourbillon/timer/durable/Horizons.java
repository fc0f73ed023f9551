package io.tourbillon.timer.durable;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The shards that this process owns: up to which due time each is loaded, and since when it is
 * owned. Not thread-safe; guarded by the lock of {@link NearTimers}.
 */
final class Horizons {
  private static final class Shard {
    long horizonMicros = Long.MIN_VALUE;

    /** When this process took it over. What was due before became due while nobody was there. */
    long openedMicros;

    Shard(long openedMicros) {
      this.openedMicros = openedMicros;
    }
  }

  private final Map<Integer, Shard> shards = new HashMap<>();

  void clear() {
    shards.clear();
  }

  /** Begins a shard, unless it has begun. */
  void open(int shard, long nowMicros) {
    shards.computeIfAbsent(shard, _ -> new Shard(nowMicros));
  }

  /** Notes that nobody has fired timers until now. */
  void reopen(long nowMicros) {
    shards.values().forEach(shard -> shard.openedMicros = nowMicros);
  }

  /** Takes note of a clock that was set back: no shard was taken over later than now. */
  void clockIs(long nowMicros) {
    for (Shard shard : shards.values()) {
      shard.openedMicros = Math.min(shard.openedMicros, nowMicros);
    }
  }

  void drop(int shard) {
    shards.remove(shard);
  }

  /** Returns null if the shard is not owned. */
  @Nullable Long horizon(int shard) {
    Shard known = shards.get(shard);
    return known == null ? null : known.horizonMicros;
  }

  /** Returns the horizon before; null if the shard is not owned. */
  @Nullable Long raise(int shard, long micros) {
    Shard known = shards.get(shard);
    if (known == null) {
      return null;
    }
    long before = known.horizonMicros;
    known.horizonMicros = Math.max(before, micros);
    return before;
  }

  void lower(int shard, long micros) {
    Shard known = shards.get(shard);
    if (known != null) {
      known.horizonMicros = Math.min(known.horizonMicros, micros);
    }
  }

  /** How long before the shard was taken over a time was; 0 if it was later. */
  long missedMicros(int shard, long micros) {
    Shard known = shards.get(shard);
    return known == null ? 0 : Math.max(0, known.openedMicros - micros);
  }
}
