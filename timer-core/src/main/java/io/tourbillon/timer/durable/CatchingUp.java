package io.tourbillon.timer.durable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The timers that became due while no process was there to fire them. Only the thread of {@link
 * Firings} uses it.
 */
final class CatchingUp {
  /** How long the latest timer waits for a later one. */
  private static final long LATEST_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final class OfHandler {
    final CatchUp policy;
    final Deque<Near> waiting = new ArrayDeque<>();
    long atNanos = System.nanoTime();

    OfHandler(CatchUp policy) {
      this.policy = policy;
    }
  }

  private final Map<String, Firings.Registered> handlers;
  private final long leastMicros;
  private final Map<String, OfHandler> waiting = new HashMap<>();
  private final List<Near> replaced = new ArrayList<>();

  /**
   * For one process.
   *
   * @param leastMicros what has waited for less was held up by the change of its owner, and fires
   *     at once
   */
  CatchingUp(Map<String, Firings.Registered> handlers, long leastMicros) {
    this.handlers = handlers;
    this.leastMicros = leastMicros;
  }

  /**
   * Takes a timer if it has to wait.
   *
   * @param missedMicros for how long no process was there to fire it
   * @return false if it fires like any other
   */
  boolean add(Near timer, long missedMicros) {
    if (missedMicros < leastMicros) {
      return false;
    }
    Firings.Registered registered = handlers.get(timer.row.key().handler());
    CatchUp policy = registered == null ? null : registered.options().catchUp();
    if (policy == null || policy instanceof CatchUp.DropOlderThan) {
      return false;
    }
    OfHandler own = waiting.computeIfAbsent(timer.row.key().handler(), _ -> new OfHandler(policy));
    if (policy instanceof CatchUp.LatestOnly) {
      @Nullable Near other = own.waiting.poll();
      own.atNanos = System.nanoTime();
      if (other == null) {
        own.waiting.add(timer);
      } else {
        boolean later = timer.row.dueMicros() >= other.row.dueMicros();
        own.waiting.add(later ? timer : other);
        replaced.add(later ? other : timer);
      }
    } else {
      own.waiting.add(timer);
    }
    return true;
  }

  /** Returns and forgets the timers that a later one has replaced. */
  List<Near> replaced() {
    List<Near> all = List.copyOf(replaced);
    replaced.clear();
    return all;
  }

  /** How many wait. */
  int size() {
    return waiting.values().stream().mapToInt(own -> own.waiting.size()).sum();
  }

  /** Adds those that may fire now. */
  void drainTo(List<Near> batch, long nowNanos, int most) {
    for (OfHandler own : waiting.values()) {
      if (own.policy instanceof CatchUp.Paced(int perSecond)) {
        long nanosEach = TimeUnit.SECONDS.toNanos(1) / perSecond;
        // What was not used in the last tenth of a second is lost, so there is no burst later.
        own.atNanos = Math.max(own.atNanos, nowNanos - TimeUnit.MILLISECONDS.toNanos(100));
        while (!own.waiting.isEmpty()
            && own.atNanos + nanosEach <= nowNanos
            && batch.size() < most) {
          batch.add(own.waiting.remove());
          own.atNanos += nanosEach;
        }
      } else if (nowNanos - own.atNanos >= LATEST_NANOS) {
        batch.addAll(own.waiting);
        own.waiting.clear();
      }
    }
  }
}
