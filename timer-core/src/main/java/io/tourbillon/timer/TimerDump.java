package io.tourbillon.timer;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
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
  /** Beyond all delays that there are. */
  static final Duration NEVER = Duration.ofNanos(Long.MAX_VALUE);

  /**
   * Timers due within a range of time from now.
   *
   * @param from the least delay, inclusive
   * @param to the greatest, exclusive; 292 years, which is as far as delays go, in the last range
   * @param count how many
   */
  public record Range(Duration from, Duration to, long count) {
    private String delays() {
      return to.equals(NEVER) ? text(from) + " or more" : text(from) + " to " + text(to);
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
      text.append(String.format(Locale.ROOT, "  due in %s: %d%n", range.delays(), range.count()));
    }
    byTag.forEach(
        (tag, count) -> text.append(String.format(Locale.ROOT, "  tagged %s: %d%n", tag, count)));
    return text.toString();
  }
}
