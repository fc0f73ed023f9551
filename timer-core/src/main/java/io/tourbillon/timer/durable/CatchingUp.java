package io.tourbillon.timer.durable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The timers that became due while no process was there to fire them. Only the thread of {@link
 * Firings} uses it.
 */
final class CatchingUp {
  private static final class Pace {
    final long nanosEach;

    /** Linked: a queue that is an array loses its content if it fails to grow. */
    final Queue<Near> waiting = new LinkedBlockingQueue<>();

    long atNanos = System.nanoTime();

    Pace(int perSecond) {
      nanosEach = TimeUnit.SECONDS.toNanos(1) / perSecond;
    }

    void drainTo(List<Near> batch, long nowNanos, int most) {
      // What was not used in the last tenth of a second is lost, so there is no burst later.
      atNanos = Math.max(atNanos, nowNanos - TimeUnit.MILLISECONDS.toNanos(100));
      while (!waiting.isEmpty() && atNanos + nanosEach <= nowNanos && batch.size() < most) {
        batch.add(waiting.element());
        waiting.remove(); // A full heap must not lose it.
        atNanos += nanosEach;
      }
    }
  }

  private final Map<String, Firings.Registered> handlers;
  private final long leastMicros;
  private final Map<String, Pace> paces = new HashMap<>();
  private final Map<String, Latest> latest = new HashMap<>();

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
   * Takes a timer of a handler of this process if it has to wait.
   *
   * @param missedMicros for how long no process was there to fire it
   * @return false if it fires like any other
   */
  boolean add(Near timer, long missedMicros) {
    if (missedMicros < leastMicros) {
      return false;
    }
    String handler = timer.row.key().handler();
    Firings.Registered registered = Objects.requireNonNull(handlers.get(handler));
    return switch (registered.options().catchUp()) {
      case CatchUp.Paced(int perSecond) ->
          paces.computeIfAbsent(handler, _ -> new Pace(perSecond)).waiting.add(timer);
      case CatchUp.LatestOnly() -> {
        latest.computeIfAbsent(handler, _ -> new Latest()).add(timer, System.nanoTime());
        yield true;
      }
      case CatchUp.DropOlderThan _ -> false;
    };
  }

  /** Learns that a timer has begun to fire. */
  void began(Near timer) {
    Latest own = latest.get(timer.row.key().handler());
    if (own != null) {
      own.began(timer);
    }
  }

  /**
   * Learns that a timer does not fire now.
   *
   * @param comesBack whether it is due again soon
   */
  void failed(Near timer, boolean comesBack) {
    Latest own = latest.get(timer.row.key().handler());
    if (own != null) {
      own.failed(timer, comesBack, System.nanoTime());
    }
  }

  /** Returns and forgets the timers that a later one has replaced. */
  List<Near> replaced() {
    List<Near> all = new ArrayList<>();
    latest.values().forEach(own -> own.drainReplaced(all));
    return all;
  }

  /** Returns and forgets the timers for which there is no room. */
  List<Near> forgotten() {
    List<Near> all = new ArrayList<>();
    latest.values().forEach(own -> own.drainForgotten(all));
    return all;
  }

  /** How many wait. */
  int size() {
    return paces.values().stream().mapToInt(own -> own.waiting.size()).sum()
        + latest.values().stream().mapToInt(Latest::size).sum();
  }

  void removeIf(Predicate<Near> condition) {
    paces.values().forEach(own -> own.waiting.removeIf(condition));
    latest.values().forEach(own -> own.removeIf(condition));
  }

  /** Adds those that may fire now. */
  void drainTo(List<Near> batch, long nowNanos, int most, Predicate<Near> isCurrent) {
    paces.values().forEach(own -> own.drainTo(batch, nowNanos, most));
    for (Latest own : latest.values()) {
      own.drainTo(batch, nowNanos, isCurrent);
    }
  }
}
