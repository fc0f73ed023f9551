package io.tourbillon.timer;

import io.tourbillon.timer.internal.text.BoundedLines;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

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

    /** As 1 s to 2 s: 5. */
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

  /** Copies the collections; tags are sorted. */
  public TimerDump {
    byDeadline = List.copyOf(byDeadline);
    byTag = Collections.unmodifiableMap(new TreeMap<>(byTag));
  }

  /** A table for people; what a tag has in it that cannot be seen is replaced. */
  @Override
  public String toString() {
    return toString(Integer.MAX_VALUE);
  }

  /**
   * The same table with fewer tags.
   *
   * @param maxCharacters how long it is at the most, but for the lines that say how many timers
   *     there are, when they are due, and how many tags were left out
   * @throws IllegalArgumentException if it is negative
   */
  public String toString(int maxCharacters) {
    BoundedLines text = new BoundedLines(maxCharacters);
    text.add(pending + " timers pending");
    for (Range range : byDeadline) {
      text.add("  due in " + range);
    }
    int left =
        text.addAll(
            byTag.entrySet(),
            new Function<>() {
              @Override
              public String apply(Map.Entry<String, Long> tag) {
                return "  tagged " + tag.getKey() + ": " + tag.getValue();
              }
            });
    if (left > 0) {
      text.add("  and " + left + " more tags");
    }
    return text.toString();
  }
}
