package io.tourbillon.timer.durable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What {@link RandomChanges} have recorded, and which promises it breaks. */
final class ChangesRecord {
  private record Fired(int write, long lateMicros, String run) {}

  private final Set<String> scheduled = new HashSet<>();
  private final Set<String> replaced = new HashSet<>();
  private final Set<String> askedToCancel = new HashSet<>();
  private final Set<String> cancelled = new HashSet<>();
  private final Set<String> notFound = new HashSet<>();
  private final Set<String> hung = new HashSet<>();
  private final Map<String, List<Fired>> fired = new HashMap<>();

  private ChangesRecord() {}

  static ChangesRecord of(List<String> lines) {
    ChangesRecord record = new ChangesRecord();
    lines.forEach(record::add);
    return record;
  }

  private void add(String line) {
    String[] parts = line.split(" ", -1);
    String key = parts[1];
    switch (parts[0]) {
      case "s" -> scheduled.add(key);
      case "r" -> replaced.add(key);
      case "a" -> askedToCancel.add(key);
      case "c" -> cancelled.add(key);
      case "n" -> notFound.add(key);
      case "h" -> hung.add(key);
      case "f" ->
          fired
              .computeIfAbsent(key, _ -> new ArrayList<>())
              .add(new Fired(Integer.parseInt(parts[2]), Long.parseLong(parts[3]), parts[4]));
      default -> throw new IllegalArgumentException("no line of a record: " + line);
    }
  }

  long firings() {
    return fired.values().stream().mapToLong(List::size).sum();
  }

  /** Describes each broken promise, of all firings of all timers. */
  List<String> broken() {
    List<String> broken = new ArrayList<>();
    for (String key : scheduled) {
      if (!fired.containsKey(key) && !askedToCancel.contains(key)) {
        broken.add("lost: " + key);
      }
    }
    hung.forEach(key -> broken.add("future without an end: " + key));
    for (String key : notFound) {
      if (!fired.containsKey(key)) {
        broken.add("not there when it was cancelled: " + key);
      }
    }
    fired.forEach((key, firings) -> addBroken(key, firings, broken));
    return broken;
  }

  private void addBroken(String key, List<Fired> firings, List<String> broken) {
    if (cancelled.contains(key)) {
      broken.add("fired although cancelled: " + key);
    }
    Set<String> runs = new HashSet<>();
    for (Fired one : firings) {
      if (one.lateMicros < 0) {
        broken.add("early by " + -one.lateMicros + " us: " + key);
      }
      if (one.write == 0 && replaced.contains(key)) {
        broken.add("fired although replaced: " + key);
      }
      // A handler that has returned is called again only if its process has died before the end.
      if (!runs.add(one.write + " in " + one.run)) {
        broken.add("fired twice in one process: " + key + " " + firings);
      }
    }
  }

  @Override
  public String toString() {
    long again = fired.values().stream().filter(firings -> firings.size() > 1).count();
    return scheduled.size()
        + " schedules, "
        + cancelled.size()
        + " cancels and "
        + replaced.size()
        + " replacements were acknowledged; "
        + fired.size()
        + " timers have fired, "
        + again
        + " of them more than once";
  }
}
