package io.tourbillon.coroutine.programs;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Checks the values of channels: none is received twice, none is received that was not sent, and
 * those of one sender come to one receiver in the order in which they were sent. Thread-safe.
 */
final class Transfers {
  private final Ledger ledger;
  private final Set<String> offered = new HashSet<>();
  private final Set<String> sent = new HashSet<>();
  private final Set<String> received = new HashSet<>();

  /** The number of the last value, by channel, receiver and sender. */
  private final Map<String, Integer> last = new HashMap<>();

  Transfers(Ledger ledger) {
    this.ledger = ledger;
  }

  synchronized void sending(String value) {
    offered.add(value);
  }

  synchronized void sent(String value) {
    sent.add(value);
  }

  synchronized void received(int channel, int receiver, String value) {
    if (!offered.contains(value)) {
      ledger.require(false, value + " was received, but not sent");
    }
    if (!received.add(value)) {
      ledger.require(false, value + " was received twice");
    }
    int dot = value.indexOf('.');
    int number = Integer.parseInt(value.substring(dot + 1));
    Integer before = last.put(channel + " " + receiver + " " + value.substring(0, dot), number);
    if (before != null && before > number) {
      ledger.require(false, value + " was received after number " + before + " of its sender");
    }
  }

  /** Checks the end: what was received was sent, and its sender has been told so or has ended. */
  synchronized void check() {
    for (String value : received) {
      if (!sent.contains(value)) {
        ledger.require(
            false, value + " was received, but its sender was told that it was not sent");
      }
    }
  }
}
