package io.tourbillon.timer;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The pending timers of a service, counted.
 *
 * @param pending all of them, but for periodic timers whose run is going on: those have no deadline
 * @param byDeadline how many are due in which time from now, nearest first, without empty ranges
 * @param byTag how many bear which tag; those without one are left out
 */
public record TimerDump(long pending, List<Range> byDeadline, Map<String, Long> byTag) {
  /**
   * Timers due within a range of time from now.
   *
   * @param from the least delay, inclusive
   * @param to the greatest, exclusive
   * @param count how many
   */
  public record Range(Duration from, Duration to, long count) {}

  /** Copies the collections; tags are sorted. */
  public TimerDump {
    byDeadline = List.copyOf(byDeadline);
    byTag = java.util.Collections.unmodifiableMap(new TreeMap<>(byTag));
  }

  /** A table for people. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder().append(pending).append(" timers pending\n");
    for (Range range : byDeadline) {
      text.append(
          String.format("  due in %s to %s: %d%n", range.from(), range.to(), range.count()));
    }
    byTag.forEach((tag, count) -> text.append(String.format("  tagged %s: %d%n", tag, count)));
    return text.toString();
  }
}
