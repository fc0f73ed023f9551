package io.tourbillon.timer.durable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the processes of {@link NodeProgram} have recorded, in the order in which it happened. */
final class NodesRecord {
  /** An effect of a firing, at a time of the machine in microseconds since 1970. */
  record Effect(String key, String node, long fence, long dueMicros, long atMicros) {}

  final Set<String> acknowledged = new LinkedHashSet<>();
  final Set<String> waits = new LinkedHashSet<>();
  final Set<String> refused = new LinkedHashSet<>();
  final List<Effect> effects = new ArrayList<>();

  private NodesRecord() {}

  static NodesRecord read(Path file) throws IOException {
    return of(Files.exists(file) ? Files.readAllLines(file) : List.of());
  }

  static NodesRecord of(List<String> lines) {
    NodesRecord record = new NodesRecord();
    lines.forEach(line -> record.add(line.split(" ", -1)));
    return record;
  }

  private void add(String[] words) {
    switch (words[0]) {
      case "acknowledged" -> acknowledged.add(words[1]);
      case "waits" -> waits.add(words[1] + " " + words[2]);
      case "refused" -> refused.add(words[1] + " " + words[2]);
      case "effect" ->
          effects.add(
              new Effect(
                  words[1],
                  words[2],
                  Long.parseLong(words[3]),
                  Long.parseLong(words[4]),
                  Long.parseLong(words[5])));
      default -> throw new IllegalArgumentException(words[0]);
    }
  }

  /** The first effect of each timer. */
  Map<String, Effect> first() {
    Map<String, Effect> first = new HashMap<>();
    effects.forEach(effect -> first.putIfAbsent(effect.key, effect));
    return first;
  }

  /** Whether a handler has begun, on whichever node. */
  boolean begun(String key) {
    return first().containsKey(key) || waits.stream().anyMatch(one -> one.startsWith(key + " "));
  }

  /** Describes what was lost or early. */
  List<String> broken() {
    List<String> broken = new ArrayList<>();
    Set<String> fired = first().keySet();
    for (String key : acknowledged) {
      if (!fired.contains(key)) {
        broken.add("lost: " + key);
      }
    }
    for (Effect effect : effects) {
      if (effect.atMicros < effect.dueMicros) {
        broken.add("early: " + effect);
      }
    }
    return broken;
  }

  /** Describes first effects that came later than a limit after their due time, or after a time. */
  List<String> laterThan(long limitMicros, long notBeforeMicros) {
    return first().values().stream()
        .filter(one -> one.atMicros - Math.max(one.dueMicros, notBeforeMicros) > limitMicros)
        .map(
            one ->
                "late by "
                    + (one.atMicros - Math.max(one.dueMicros, notBeforeMicros))
                    + " us: "
                    + one)
        .toList();
  }

  /**
   * Offers all effects to a sink, in the order in which they happened.
   *
   * @return describes those that it accepts from a former owner after the effect of a later one
   */
  List<String> zombiesIn(FencedSink sink) {
    Map<String, Effect> last = new HashMap<>();
    List<String> zombies = new ArrayList<>();
    for (Effect effect : effects) {
      if (sink.accepts(effect.key, effect.fence)) {
        Effect before = last.put(effect.key, effect);
        if (before != null && before.fence > effect.fence) {
          zombies.add(effect + " after " + before);
        }
      }
    }
    return zombies;
  }
}
