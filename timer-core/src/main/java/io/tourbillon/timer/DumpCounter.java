package io.tourbillon.timer;

import io.tourbillon.timer.internal.TickScale;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Counts the timers that it is shown. */
final class DumpCounter {
  /** Where one range of delays ends and the next begins; the last one is open. */
  private static final List<Duration> BOUNDS =
      List.of(
          Duration.ZERO,
          Duration.ofMillis(1),
          Duration.ofMillis(10),
          Duration.ofMillis(100),
          Duration.ofSeconds(1),
          Duration.ofSeconds(10),
          Duration.ofMinutes(1),
          Duration.ofMinutes(10),
          Duration.ofHours(1),
          Duration.ofDays(1),
          Duration.ofDays(30),
          TimerDump.NEVER);

  private final TickScale scale;
  private final long nowNanos;
  private final long[] counts = new long[BOUNDS.size() - 1];
  private final Map<String, Long> byTag = new TreeMap<>();
  private long pending;

  DumpCounter(TickScale scale, long nowNanos) {
    this.scale = scale;
    this.nowNanos = nowNanos;
  }

  /** Counts one timer. Called under the lock of its shard. */
  void count(long deadlineTick, @Nullable String tag) {
    pending++;
    long delayNanos = scale.startNanos(deadlineTick) - nowNanos;
    int range = counts.length - 1;
    while (range > 0 && delayNanos < BOUNDS.get(range).toNanos()) {
      range--;
    }
    counts[range]++;
    if (tag != null) {
      Long before = byTag.get(tag);
      byTag.put(tag, before == null ? 1L : before + 1);
    }
  }

  TimerDump finish() {
    List<TimerDump.Range> ranges = new ArrayList<>();
    for (int range = 0; range < counts.length; range++) {
      if (counts[range] > 0) {
        ranges.add(new TimerDump.Range(BOUNDS.get(range), BOUNDS.get(range + 1), counts[range]));
      }
    }
    return new TimerDump(pending, ranges, byTag);
  }
}
