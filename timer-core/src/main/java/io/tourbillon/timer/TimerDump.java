package io.tourbillon.timer;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The pending timers of a service, counted: an immutable snapshot. Only services make snapshots;
 * later versions may add figures.
 */
public sealed interface TimerDump permits DumpCounter.Dump {
  /** All pending timers, except periodic timers that are running: those have no deadline. */
  long pending();

  /** Counts by the time until the deadline, nearest first, without empty ranges. */
  List<Range> byDeadline();

  /** Counts by tag, sorted by tag. Timers without a tag are left out. */
  Map<String, Long> byTag();

  /**
   * Counts by the place in the code where the timers were scheduled, such as {@code
   * com.example.Server.accept(Server.java:42)}: the innermost frame outside this library and the
   * JDK. Sorted by place. Empty without {@link TimerService.Builder#recordCreationSites}.
   */
  Map<String, Long> byCreationSite();

  /** Timers due within a range of time from now. */
  sealed interface Range permits DumpCounter.Delays {
    /** The lowest delay, inclusive. */
    Duration from();

    /** The highest delay, exclusive; in the last range 292 years, the longest delay there is. */
    Duration to();

    /** How many timers. */
    long count();

    /** A text such as {@code 1 s to 2 s: 5}. */
    @Override
    String toString();
  }

  /** A table for people. Characters of tags that cannot be seen are replaced. */
  @Override
  String toString();

  /**
   * The same table with fewer tags and places.
   *
   * @param maxCharacters the highest length, not counting the lines that say how many timers there
   *     are, when they are due, and how many tags and places were left out
   * @throws IllegalArgumentException if it is negative
   */
  String toString(int maxCharacters);
}
