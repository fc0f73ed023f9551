package io.tourbillon.coroutine;

import io.tourbillon.coroutine.Coroutine.State;
import java.util.List;
import java.util.Optional;

/**
 * Coroutines that have not ended: which there are, and what each of them waits for.
 *
 * @param total how many there are
 * @param coroutines some of them, or all
 * @param silent loops that have not answered in time, by their names
 */
public record CoroutineDump(long total, List<Entry> coroutines, List<String> silent) {
  /**
   * A coroutine.
   *
   * @param name its name
   * @param loop the name of its loop
   * @param state how it stands
   * @param waitsFor what it is suspended on, if it is
   */
  public record Entry(String name, String loop, State state, Optional<String> waitsFor) {
    /** One line. */
    @Override
    public String toString() {
      return name + " " + state + waitsFor.map(" on "::concat).orElse("");
    }
  }

  /** Copies the lists. */
  public CoroutineDump {
    coroutines = List.copyOf(coroutines);
    silent = List.copyOf(silent);
  }

  /** A list for people. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder().append(total).append(" coroutines\n");
    String loop = "";
    for (Entry entry : coroutines) {
      if (!entry.loop().equals(loop)) {
        loop = entry.loop();
        text.append(loop).append(silent.contains(loop) ? ", which does not answer\n" : "\n");
      }
      text.append("  ").append(entry).append('\n');
    }
    if (coroutines.size() < total) {
      text.append("and ").append(total - coroutines.size()).append(" more\n");
    }
    return text.toString();
  }
}
