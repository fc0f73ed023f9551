package io.tourbillon.bench.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * The roll of each kind of coroutine.
 *
 * @param acceptors the one that takes in connections
 * @param sessions one for each connection, at the server's end
 * @param sleepers a great many, which do nothing but sleep
 */
record Rolls(Roll acceptors, Roll sessions, Roll sleepers) {
  static Rolls open() {
    return new Rolls(new Roll("acceptors"), new Roll("sessions"), new Roll("sleepers"));
  }

  long spawned() {
    return acceptors.spawned() + sessions.spawned() + sleepers.spawned();
  }

  /** The promises that were broken, each as a sentence; none if all is well. */
  List<String> broken() {
    List<String> broken = new ArrayList<>(acceptors.broken());
    broken.addAll(sessions.broken());
    broken.addAll(sleepers.broken());
    return broken;
  }
}
