package io.tourbillon.timer.internal.writer;

import io.tourbillon.timer.internal.FirstTable;
import io.tourbillon.timer.internal.store.TimerKey;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Changes that wait, those of each key in their order. Not thread-safe.
 *
 * <p>A change takes the place of the one before it where it may, so that a key that is changed all
 * the time needs few transactions. The first one of a key keeps its place: a transaction may have
 * had it already.
 */
final class ByKey {
  /** The deques are linked: one that is an array loses its content if it fails to grow. */
  private final LinkedHashMap<TimerKey, Deque<Request>> requests = new LinkedHashMap<>();

  ByKey() {
    Map<TimerKey, Deque<Request>> _ = FirstTable.of(requests);
  }

  boolean isEmpty() {
    return requests.isEmpty();
  }

  /** In the order in which they came, or were rotated. */
  Set<TimerKey> keys() {
    return requests.keySet();
  }

  boolean contains(TimerKey key) {
    return requests.containsKey(key);
  }

  @Nullable Request first(TimerKey key) {
    Deque<Request> own = requests.get(key);
    return own == null ? null : own.getFirst();
  }

  void add(Request request) {
    TimerKey key = request.change.key();
    Deque<Request> own = requests.get(key);
    if (own == null) {
      Deque<Request> first = new LinkedBlockingDeque<>();
      first.add(request);
      requests.computeIfAbsent(key, _ -> first); // Unlike put, it grows before it adds.
      return;
    }
    Request last = own.getLast();
    own.add(request);
    if (own.size() > 2 && request.replaces(last)) {
      own.removeLastOccurrence(last);
    }
  }

  void remove(Request request) {
    TimerKey key = request.change.key();
    Deque<Request> own = requests.get(key);
    if (own != null && own.remove(request) && own.isEmpty()) {
      requests.remove(key);
    }
  }

  /** Removes those which a judge takes. */
  void removeIf(Predicate<Request> judge) {
    for (Iterator<Deque<Request>> each = requests.values().iterator(); each.hasNext(); ) {
      Deque<Request> own = each.next();
      own.removeIf(judge);
      if (own.isEmpty()) {
        each.remove();
      }
    }
  }

  /** Makes a key the last one. */
  void rotate(TimerKey key) {
    Deque<Request> own = requests.get(key);
    if (own != null) {
      requests.putLast(key, own);
    }
  }
}
