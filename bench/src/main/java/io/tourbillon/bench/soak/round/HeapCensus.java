package io.tourbillon.bench.soak.round;

import java.lang.management.ManagementFactory;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * The live objects of the heap by class, after a full collection, so that what a fault has left
 * behind can be named.
 *
 * @param bytesByClass of live objects
 */
record HeapCensus(Map<String, Long> bytesByClass) {
  /**
   * How much more may be live after a round: what the JVM, the collector's bookkeeping and the
   * figures of the round take. The load of a round arms ten thousand timers in a second; if each of
   * them left an object behind, that would be several times as much.
   */
  static final long MOST_GROWTH_BYTES = 1L << 20;

  private static final Pattern LINE = Pattern.compile("(?m)^\\s*\\d+:\\s+\\d+\\s+(\\d+)\\s+(\\S+)");
  private static final int ATTEMPTS = 10;
  private static final int MOST_CLASSES = 5;

  /** Collects all garbage and counts what is left. */
  static HeapCensus take() {
    try {
      MBeanServer server = ManagementFactory.getPlatformMBeanServer();
      String histogram =
          (String)
              server.invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "gcClassHistogram",
                  new Object[] {new String[0]},
                  new String[] {String[].class.getName()});
      Map<String, Long> bytes = new HashMap<>();
      for (MatchResult line : LINE.matcher(histogram).results().toList()) {
        bytes.merge(line.group(2), Long.valueOf(line.group(1)), Long::sum);
      }
      return new HeapCensus(bytes);
    } catch (JMException e) {
      throw new IllegalStateException("the JVM must list its live objects", e);
    }
  }

  long bytes() {
    return bytesByClass.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Returns what has been left since this census, or nothing. Looks several times, because some
   * garbage is found in steps: objects with cleaners, weak maps.
   *
   * @param moreBytes what the fault may leave behind besides
   */
  Optional<String> growth(long moreBytes) {
    long mostBytes = MOST_GROWTH_BYTES + moreBytes;
    HeapCensus now = take();
    for (int attempt = 1; attempt < ATTEMPTS && now.bytes() - bytes() > mostBytes; attempt++) {
      now = take();
    }
    long grown = now.bytes() - bytes();
    return grown <= mostBytes
        ? Optional.empty()
        : Optional.of(
            (grown >> 10)
                + " KiB more than before, permitted are "
                + (mostBytes >> 10)
                + ": "
                + now.mostGrown(this));
  }

  private List<String> mostGrown(HeapCensus before) {
    return bytesByClass.entrySet().stream()
        .map(
            entry ->
                Map.entry(
                    entry.getKey(),
                    entry.getValue() - before.bytesByClass.getOrDefault(entry.getKey(), 0L)))
        .sorted(Comparator.comparing(Map.Entry<String, Long>::getValue).reversed())
        .limit(MOST_CLASSES)
        .map(entry -> entry.getKey() + " " + (entry.getValue() >> 10) + " KiB")
        .collect(Collectors.toList());
  }
}
