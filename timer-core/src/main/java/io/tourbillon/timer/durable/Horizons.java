package io.tourbillon.timer.durable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The shards that this process owns: up to which due time each is loaded, and when nobody fired its
 * timers. Not thread-safe; guarded by the lock of {@link NearTimers}.
 */
final class Horizons {
  private static final class Shard {
    long horizonMicros = Long.MIN_VALUE;

    final List<Absence> absences = new ArrayList<>();

    /** Adds an absence. If there are too many, the shortest one is forgotten. */
    void add(Absence absence) {
      absences.add(absence);
      if (absences.size() > MOST_ABSENCES) {
        absences.remove(Collections.min(absences, Comparator.comparingLong(Absence::micros)));
      }
    }
  }

  /** A time in which no process fired the timers of a shard. */
  private record Absence(long fromMicros, long toMicros) {
    long micros() {
      return Math.max(0, toMicros - fromMicros);
    }

    Absence since(long micros) {
      return new Absence(Math.max(micros, fromMicros), toMicros);
    }

    Absence until(long micros) {
      return new Absence(Math.min(micros, fromMicros), Math.min(micros, toMicros));
    }
  }

  private static final int MOST_ABSENCES = 8;

  private final Map<Integer, Shard> shards = new HashMap<>();

  void clear() {
    shards.clear();
  }

  /**
   * Begins a shard, unless it has begun.
   *
   * @param ownedUntilMicros when the last process before had it
   */
  void open(int shard, long ownedUntilMicros, long nowMicros) {
    if (!shards.containsKey(shard)) {
      Shard begun = new Shard();
      begun.add(new Absence(ownedUntilMicros, nowMicros));
      shards.put(shard, begun);
    }
  }

  /** Notes that no process has fired timers for some time. */
  void addAbsence(long fromMicros, long toMicros) {
    Absence absence = new Absence(fromMicros, toMicros);
    shards.values().forEach(shard -> shard.add(absence));
  }

  /** Takes note of a clock that was set back: no absence has ended later than now. */
  void clockIs(long nowMicros) {
    for (Shard shard : shards.values()) {
      shard.absences.replaceAll(absence -> absence.until(nowMicros));
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

  /** Lowers all horizons, so that all timers are loaded once more. */
  void lowerAll() {
    shards.values().forEach(shard -> shard.horizonMicros = Long.MIN_VALUE);
  }

  /** For how long no process was there since a time. */
  long missedMicros(int shard, long sinceMicros) {
    Shard known = shards.get(shard);
    return known == null
        ? 0
        : known.absences.stream().mapToLong(each -> each.since(sinceMicros).micros()).sum();
  }
}
