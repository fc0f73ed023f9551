package io.tourbillon.bench.soak.round;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * What becomes of numbered values: each that was sent is received, or given back as undelivered,
 * once; a value whose send has thrown never. Thread-safe. Entries allocate nothing.
 */
final class Deliveries {
  /** For each value, whether its send has returned, and how often it has arrived. */
  private final AtomicIntegerArray sent;

  private final AtomicIntegerArray arrived;

  Deliveries(int values) {
    sent = new AtomicIntegerArray(values);
    arrived = new AtomicIntegerArray(values);
  }

  /** The send of a value has returned. */
  void sent(int value) {
    sent.incrementAndGet(value);
  }

  /** A value was received, or given back. */
  void arrived(int value) {
    arrived.incrementAndGet(value);
  }

  /** Returns a sentence for each value that is wrong. Called when nothing is on its way. */
  List<String> broken() {
    List<String> broken = new ArrayList<>();
    for (int value = 0; value < sent.length(); value++) {
      if (sent.get(value) != arrived.get(value)) {
        broken.add(
            "no value is lost or doubled: value "
                + value
                + " was sent "
                + sent.get(value)
                + " times, and arrived "
                + arrived.get(value)
                + " times");
      }
    }
    return broken;
  }
}
