package io.tourbillon.timer;

import io.tourbillon.timer.internal.TickScale;
import io.tourbillon.timer.internal.text.BoundedLines;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Counts the timers that it is shown. */
final class DumpCounter {
  /** Beyond all delays that there are. */
  private static final Duration NEVER = Duration.ofNanos(Long.MAX_VALUE);

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
          NEVER);

  private final TickScale scale;
  private final long nowNanos;
  private final long[] counts = new long[BOUNDS.size() - 1];
  private final Map<String, Long> byTag = new TreeMap<>();
  private final Map<StackTraceElement, Long> bySite = new HashMap<>();
  private long pending;

  DumpCounter(TickScale scale, long nowNanos) {
    this.scale = scale;
    this.nowNanos = nowNanos;
  }

  /** Counts one timer. Called under the lock of its shard. */
  void count(long deadlineTick, @Nullable String tag, @Nullable StackTraceElement site) {
    pending++;
    long delayNanos = scale.startNanos(deadlineTick) - nowNanos;
    int range = counts.length - 1;
    while (range > 0 && delayNanos < BOUNDS.get(range).toNanos()) {
      range--;
    }
    counts[range]++;
    if (tag != null) {
      increment(byTag, tag);
    }
    if (site != null) {
      increment(bySite, site);
    }
  }

  private static <K> void increment(Map<K, Long> counts, K key) {
    Long before = counts.get(key);
    counts.put(key, before == null ? 1L : before + 1);
  }

  TimerDump finish() {
    List<TimerDump.Range> ranges = new ArrayList<>();
    for (int range = 0; range < counts.length; range++) {
      if (counts[range] > 0) {
        ranges.add(new Delays(BOUNDS.get(range), BOUNDS.get(range + 1), counts[range]));
      }
    }
    Map<String, Long> sites = new TreeMap<>();
    for (Map.Entry<StackTraceElement, Long> site : bySite.entrySet()) {
      sites.put(site.getKey().toString(), site.getValue());
    }
    return new Dump(pending, ranges, byTag, sites);
  }

  /** Timers due within a range of delays. */
  record Delays(Duration from, Duration to, long count) implements TimerDump.Range {
    private String delays() {
      return to.equals(NEVER) ? text(from) + " or more" : text(from) + " to " + text(to);
    }

    @Override
    public String toString() {
      return delays() + ": " + count;
    }

    /** In the largest unit of which it is a multiple. */
    private static String text(Duration delay) {
      if (delay.isZero()) {
        return "0 s";
      }
      if (!delay.equals(Duration.ofMillis(delay.toMillis()))) {
        return delay.toString();
      }
      if (delay.toMillisPart() != 0) {
        return delay.toMillis() + " ms";
      }
      return delay.toSecondsPart() != 0
          ? delay.toSeconds() + " s"
          : delay.toMinutesPart() != 0
              ? delay.toMinutes() + " min"
              : delay.toHoursPart() != 0 ? delay.toHours() + " h" : delay.toDays() + " d";
    }
  }

  /** The counts that users get. */
  record Dump(
      long pending,
      List<TimerDump.Range> byDeadline,
      Map<String, Long> byTag,
      Map<String, Long> byCreationSite)
      implements TimerDump {
    /** Copies the collections; tags and sites are sorted. */
    Dump {
      byDeadline = List.copyOf(byDeadline);
      byTag = Collections.unmodifiableMap(new TreeMap<>(byTag));
      byCreationSite = Collections.unmodifiableMap(new TreeMap<>(byCreationSite));
    }

    @Override
    public String toString() {
      return toString(Integer.MAX_VALUE);
    }

    @Override
    public String toString(int maxCharacters) {
      BoundedLines text = new BoundedLines(maxCharacters);
      text.add(pending + " timers pending");
      for (TimerDump.Range range : byDeadline) {
        text.add("  due in " + range);
      }
      addCounts(text, "tagged", byTag, "tags");
      addCounts(text, "scheduled at", byCreationSite, "places");
      return text.toString();
    }

    private static void addCounts(
        BoundedLines text, String what, Map<String, Long> counts, String plural) {
      int left =
          text.addAll(
              counts.entrySet(),
              new Function<>() {
                @Override
                public String apply(Map.Entry<String, Long> count) {
                  return "  " + what + " " + count.getKey() + ": " + count.getValue();
                }
              });
      if (left > 0) {
        text.add("  and " + left + " more " + plural);
      }
    }
  }
}
