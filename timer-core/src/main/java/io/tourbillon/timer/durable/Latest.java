package io.tourbillon.timer.durable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The missed timers of a handler of which only the latest fires. The others wait until it has
 * begun, because it may turn out to be cancelled; then the next one is tried. Only the thread of
 * {@link Firings} uses it.
 */
final class Latest {
  /** How long the latest timer waits for a later one. */
  static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** How many wait at most. Earlier ones are forgotten, and the sweep finds them later. */
  static final int MOST_WAITING = 1_000;

  private static final Comparator<Near> BY_DUE =
      Comparator.comparingLong((Near timer) -> timer.row.dueMicros());

  private final PriorityQueue<Near> waiting = new PriorityQueue<>(BY_DUE);
  private final List<Near> replaced = new ArrayList<>();
  private final List<Near> forgotten = new ArrayList<>();

  /** Is about to fire, and may fail to. */
  private @Nullable Near tried;

  /** When the last one that has fired was due. */
  private @Nullable Long firedMicros;

  private long newestMicros = Long.MIN_VALUE;
  private long newestNanos;

  void add(Near timer, long nowNanos) {
    long dueMicros = timer.row.dueMicros();
    if (firedMicros != null && dueMicros <= firedMicros) {
      replaced.add(timer);
      return;
    }
    if (waiting.isEmpty() || dueMicros > newestMicros) {
      newestMicros = dueMicros;
      newestNanos = nowNanos;
    }
    waiting.add(timer);
    if (waiting.size() > MOST_WAITING) {
      forgotten.add(waiting.element());
      waiting.remove();
    }
  }

  /** Adds the latest one to a batch, once it has waited for long enough. */
  void drainTo(List<Near> batch, long nowNanos, Predicate<Near> isCurrent) {
    if (tried != null || nowNanos - newestNanos < WAIT_NANOS) {
      return;
    }
    while (tried == null && !waiting.isEmpty()) {
      Near latest = Collections.max(waiting, BY_DUE);
      if (isCurrent.test(latest)) {
        batch.add(latest);
        tried = latest;
      }
      waiting.remove(latest); // A full heap must not lose it.
    }
  }

  /** Learns that a timer has begun to fire: all earlier ones are replaced by it. */
  void began(Near timer) {
    if (tried == timer) {
      tried = null;
      firedMicros = timer.row.dueMicros();
      replaced.addAll(waiting);
      waiting.clear();
    }
  }

  /**
   * Learns that a timer does not fire now.
   *
   * @param comesBack whether it is added once more, so that the others wait for it
   */
  void failed(Near timer, boolean comesBack, long nowNanos) {
    if (tried == timer) {
      tried = null;
      if (comesBack) {
        newestNanos = nowNanos;
      }
    }
  }

  /** Removes those that a later one has replaced. */
  void drainReplaced(List<Near> to) {
    to.addAll(replaced);
    replaced.clear();
  }

  /** Removes those that were too many. */
  void drainForgotten(List<Near> to) {
    to.addAll(forgotten);
    forgotten.clear();
  }

  void removeIf(Predicate<Near> condition) {
    waiting.removeIf(condition);
  }

  int size() {
    return waiting.size();
  }
}
