package io.tourbillon.timer.internal.writer;

import io.tourbillon.timer.internal.store.TimerKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The changes of the next transaction, one of each key and bounded in bytes, and those that were
 * taken out of the queue with them and must wait for another one. For the thread of the loop.
 */
final class Batch {
  private final Submitted submitted;
  private final Parked parked;
  private final int most;
  private final int mostBytes;
  private final Map<TimerKey, Request> requests = new LinkedHashMap<>();
  private int bytes;

  /** Changes of keys of which the batch has an earlier one, or for which it has no room. */
  private Deque<Request> waiting = new ArrayDeque<>();

  Batch(Submitted submitted, Parked parked, int most, int mostBytes) {
    this.submitted = submitted;
    this.parked = parked;
    this.most = most;
    this.mostBytes = mostBytes;
  }

  boolean isEmpty() {
    return requests.isEmpty();
  }

  /** Whether there is something for this transaction or a later one. */
  boolean holdsSomething() {
    return !requests.isEmpty() || !waiting.isEmpty();
  }

  List<Request> requests() {
    return List.copyOf(requests.values());
  }

  void remove(Request request) {
    requests.remove(request.change.key(), request);
  }

  /** Forgets the changes of this transaction. */
  void clear() {
    requests.clear();
  }

  /** Removes and returns those which a judge takes, of this transaction and of later ones. */
  List<Request> removeIf(Predicate<Request> judge) {
    List<Request> removed = new ArrayList<>();
    Predicate<Request> taking = request -> judge.test(request) && removed.add(request);
    requests.values().removeIf(taking);
    waiting.removeIf(taking);
    return removed;
  }

  /**
   * Takes changes, as many as there are and a transaction may have.
   *
   * @param waitNanos how long to wait for the first one
   */
  void fill(long waitNanos) throws InterruptedException {
    bytes = 0;
    boolean full = false;
    Deque<Request> kept = new ArrayDeque<>();
    for (Request request : waiting) {
      full |= isFullFor(request);
      if (!parked.addBehind(request) && (full || !addHere(request))) {
        kept.add(request);
      }
    }
    waiting = kept;
    if (requests.isEmpty()) {
      Request first = submitted.poll(parked.waitNanos(System.nanoTime(), waitNanos));
      if (first == null) {
        return;
      }
      put(first);
    }
    while (!full && waiting.size() < most) {
      Request next = submitted.peek();
      full = next == null || isFullFor(next);
      if (!full) {
        next = submitted.poll(0);
      }
      if (!full && next != null) {
        put(next);
      }
    }
  }

  private boolean isFullFor(Request request) {
    return requests.size() == most || (!requests.isEmpty() && bytes + request.bytes() > mostBytes);
  }

  private void put(Request request) {
    if (!parked.addBehind(request) && !addHere(request)) {
      waiting.add(request);
    }
  }

  private boolean addHere(Request request) {
    boolean added = requests.putIfAbsent(request.change.key(), request) == null;
    if (added) {
      bytes += request.bytes();
    }
    return added;
  }
}
