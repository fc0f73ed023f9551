package io.tourbillon.timer.internal.writer;

import io.tourbillon.timer.internal.store.TimerKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
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
  private final ByKey requests = new ByKey();
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
    boolean behind = requests.contains(request.change.key());
    if (behind) {
      requests.add(request);
    }
    return behind;
  }

  /** Adds a change of a batch that has failed. */
  void add(Request request) {
    requests.add(request);
  }

  /** Called when a batch of this size has been added: the next trial has half of it. */
  void halve(int failed, long nowNanos) {
    trial = Math.clamp(failed / 2, 1, Math.max(1, trial / 2));
    nextNanos = nowNanos;
  }

  /** The keys whose changes the next trial may have. */
  List<TimerKey> candidates() {
    return requests.keys().stream().limit(most).toList();
  }

  /** Returns the first change of each of some keys, as many as a trial has, and keeps them here. */
  List<Request> trial(Collection<TimerKey> candidates, Set<TimerKey> locked, int mostBytes) {
    locked.forEach(requests::rotate);
    List<Request> chosen = new ArrayList<>();
    int bytes = 0;
    for (TimerKey key : candidates) {
      Request first = locked.contains(key) ? null : requests.first(key);
      if (first != null && chosen.size() < trial) {
        bytes += first.bytes();
        if (!chosen.isEmpty() && bytes > mostBytes) {
          break;
        }
        chosen.add(first);
      }
    }
    return chosen;
  }

  /** Forgets the changes of a trial, and the next one has more. */
  void succeeded(List<Request> trialled) {
    for (int index = 0; index < trialled.size(); index++) {
      requests.remove(trialled.get(index)); // An iterator would be an allocation after the commit.
    }
    trial = Math.min(most, 2 * trial);
  }

  /** The next trial has fewer changes, and first of all others than those of this one. */
  void failed(List<Request> trialled, long nowNanos) {
    trialled.forEach(request -> requests.rotate(request.change.key()));
    nextNanos = nowNanos + (trialled.size() > 1 ? SHORT_PAUSE_NANOS : PAUSE_NANOS);
    trial = Math.max(1, trialled.size() / 2);
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
    requests.remove(request);
  }

  /** Removes those which a judge takes. */
  void removeIf(Predicate<Request> judge) {
    requests.removeIf(judge);
  }
}
