package io.tourbillon.timer.internal.writer;

import io.tourbillon.timer.internal.FirstTable;
import io.tourbillon.timer.internal.store.TimerKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The changes of the next transaction, one of each key and bounded in bytes, and those that were
 * taken out of the queue with them and must wait for another one. For the thread of the loop.
 */
final class Batch {
  private final Submitted submitted;
  private final Parked parked;
  private final int most;
  private final int mostBytes;

  /** Never grows: a map that fails to grow in a full heap has added the element by then. */
  private final Map<TimerKey, Request> requests;

  private int bytes;

  /** Changes of keys of which the batch has an earlier one, or for which it has no room. */
  private final ByKey waiting = new ByKey();

  /** Was taken out of the queue, and is nowhere else: a full heap must not lose it. */
  private @Nullable Request inHand;

  Batch(Submitted submitted, Parked parked, int most, int mostBytes) {
    this.submitted = submitted;
    this.parked = parked;
    this.most = most;
    this.mostBytes = mostBytes;
    this.requests = FirstTable.of(LinkedHashMap.newLinkedHashMap(most));
  }

  boolean isEmpty() {
    return requests.isEmpty();
  }

  /** Whether there is something for this transaction or a later one. */
  boolean holdsSomething() {
    return !requests.isEmpty() || !waiting.isEmpty() || inHand != null;
  }

  List<Request> requests() {
    return List.copyOf(requests.values());
  }

  void remove(Request request) {
    requests.remove(request.change.key(), request);
  }

  /** Removes those which a judge takes, of this transaction and of later ones. */
  void removeIf(Predicate<Request> judge) {
    requests.values().removeIf(judge);
    waiting.removeIf(judge);
    if (inHand != null && judge.test(inHand)) {
      inHand = null;
    }
  }

  /**
   * Takes changes, as many as there are and a transaction may have.
   *
   * @param waitNanos how long to wait for the first one
   */
  void fill(long waitNanos) throws InterruptedException {
    bytes = 0;
    boolean full = false;
    for (TimerKey key : List.copyOf(waiting.keys())) {
      full = takeWaiting(key, full);
    }
    if (inHand == null && requests.isEmpty()) {
      inHand = submitted.poll(parked.waitNanos(System.nanoTime(), waitNanos));
    }
    while (inHand != null) {
      put(inHand);
      inHand = null;
      Request next = full ? null : submitted.peek();
      full = next == null || isFullFor(next);
      inHand = full ? null : submitted.poll(0);
    }
  }

  /** Takes what waits of a key, as far as possible. Returns whether the transaction is full. */
  private boolean takeWaiting(TimerKey key, boolean wasFull) {
    boolean full = wasFull;
    boolean taken = true;
    for (Request first = waiting.first(key); taken && first != null; first = waiting.first(key)) {
      full |= isFullFor(first);
      taken = parked.addBehind(first) || (!full && addHere(first));
      if (taken) {
        waiting.remove(first);
      }
    }
    return full;
  }

  private boolean isFullFor(Request request) {
    return requests.size() == most || (!requests.isEmpty() && bytes + request.bytes() > mostBytes);
  }

  private void put(Request request) {
    boolean mustWait = waiting.contains(request.change.key());
    if (mustWait || (!parked.addBehind(request) && !addHere(request))) {
      waiting.add(request);
    }
  }

  /** Adds a change, or puts it in the place of the one of its key; no transaction has had that. */
  private boolean addHere(Request request) {
    TimerKey key = request.change.key();
    Request earlier = requests.get(key);
    if (earlier != null && !request.replaces(earlier)) {
      return false;
    }
    requests.put(key, request);
    bytes += request.bytes();
    return true;
  }
}
