package io.tourbillon.timer.internal.writer;

import io.tourbillon.timer.internal.store.TimerKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Changes whose common transaction has failed for a reason that may concern few of them, for
 * example because the transaction of a caller has locked a row. They are tried apart from all
 * others, which go on meanwhile. The size of such a trial is halved when it fails and doubled when
 * it succeeds: so the innocent are written soon, the guilty are left over, and all of them are
 * written within few transactions when what has held them up is gone.
 *
 * <p>Keys keep the order of their changes: those that come later wait behind. For the thread of the
 * loop.
 */
final class Parked {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** For a trial that may fail for some of its changes only. */
  private static final long SHORT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final int most;
  private final Map<TimerKey, Deque<Request>> requests = new LinkedHashMap<>();
  private int trial;
  private long nextNanos;

  /**
   * For one writer.
   *
   * @param most how many changes a trial has at most
   */
  Parked(int most) {
    this.most = most;
    this.trial = most;
  }

  boolean isEmpty() {
    return requests.isEmpty();
  }

  boolean isDue(long nowNanos) {
    return !requests.isEmpty() && nowNanos - nextNanos >= 0;
  }

  /** Adds a change if an earlier one of its key is here. */
  boolean addBehind(Request request) {
    Deque<Request> before = requests.get(request.change.key());
    if (before != null) {
      before.add(request);
    }
    return before != null;
  }

  /** Adds the changes of a batch that has failed. */
  void add(Collection<Request> failed, long nowNanos) {
    for (Request request : failed) {
      requests.computeIfAbsent(request.change.key(), _ -> new ArrayDeque<>()).add(request);
    }
    trial = Math.clamp(failed.size() / 2, 1, Math.max(1, trial / 2));
    nextNanos = nowNanos;
  }

  /** The keys whose changes the next trial may have. */
  List<TimerKey> candidates() {
    List<TimerKey> keys = new ArrayList<>();
    for (TimerKey key : requests.keySet()) {
      if (keys.size() == most) {
        break;
      }
      keys.add(key);
    }
    return keys;
  }

  /** Returns the first change of each of some keys, as many as a trial has, and keeps them here. */
  List<Request> trial(Collection<TimerKey> candidates, Set<TimerKey> locked, int mostBytes) {
    locked.forEach(this::rotate);
    List<Request> chosen = new ArrayList<>();
    int bytes = 0;
    for (TimerKey key : candidates) {
      Deque<Request> own = locked.contains(key) ? null : requests.get(key);
      if (own != null && chosen.size() < trial) {
        bytes += own.getFirst().bytes();
        if (!chosen.isEmpty() && bytes > mostBytes) {
          break;
        }
        chosen.add(own.getFirst());
      }
    }
    return chosen;
  }

  /** Forgets the changes of a trial, and the next one has more. */
  void succeeded(List<Request> trialled) {
    trialled.forEach(this::remove);
    trial = Math.min(most, 2 * trial);
  }

  /** The next trial has fewer changes, and first of all others than those of this one. */
  void failed(List<Request> trialled, long nowNanos) {
    trialled.forEach(request -> rotate(request.change.key()));
    nextNanos = nowNanos + (trialled.size() > 1 ? SHORT_PAUSE_NANOS : PAUSE_NANOS);
    trial = Math.max(1, trialled.size() / 2);
  }

  private void rotate(TimerKey key) {
    Deque<Request> own = requests.remove(key);
    if (own != null) {
      requests.put(key, own);
    }
  }

  /** Nothing can be tried now. */
  void pause(long nowNanos) {
    nextNanos = nowNanos + PAUSE_NANOS;
  }

  /** How long the loop may wait for other changes. */
  long waitNanos(long nowNanos, long mostNanos) {
    return requests.isEmpty() ? mostNanos : Math.clamp(nextNanos - nowNanos, 0, mostNanos);
  }

  void remove(Request request) {
    Deque<Request> own = requests.get(request.change.key());
    if (own != null && own.remove(request) && own.isEmpty()) {
      requests.remove(request.change.key());
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
}
