package io.tourbillon.timer.durable;

import io.tourbillon.timer.TimerHandle;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.TimerKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The timers that are due soon, in memory. Each owned shard has a horizon: all its timers that are
 * due before are here. A loader raises the horizon first and then reads the table; a writer commits
 * first and then looks at the horizon. So one of the two sees each timer, or both do, and the map
 * tells.
 *
 * <p>What is here may be out of date, because other processes cancel and replace as well. A check
 * of the table comes before each firing.
 *
 * <p>Thread-safe. All fields are guarded by this object's lock; nothing under it waits.
 */
final class NearTimers {
  private final TimerService service;
  private final DatabaseClock clock;
  private final Consumer<Near> due;
  private final int most;

  private final Map<TimerKey, Near> timers = new HashMap<>();
  private final Map<Integer, Long> horizons = new HashMap<>();

  /**
   * @param due takes those that are due, on the thread of the service's driver; must not wait
   * @param most how many may be here, apart from one page of each shard
   */
  NearTimers(TimerService service, DatabaseClock clock, int most, Consumer<Near> due) {
    this.service = service;
    this.clock = clock;
    this.most = most;
    this.due = due;
  }

  void isDue(Near near) {
    boolean taken = false;
    try {
      due.accept(near);
      taken = true;
    } finally {
      if (!taken) {
        forget(near); // The heap is full. The sweep finds it.
      }
    }
  }

  /** Forgets all, at the end. */
  synchronized void clear() {
    timers.values().forEach(NearTimers::disarm);
    timers.clear();
    horizons.clear();
  }

  /** Begins a shard that this process owns from now on. */
  synchronized void open(int shard) {
    horizons.putIfAbsent(shard, Long.MIN_VALUE);
  }

  /** Ends a shard that another process owns. What runs goes on. */
  synchronized void drop(int shard) {
    horizons.remove(shard);
    for (Iterator<Near> each = timers.values().iterator(); each.hasNext(); ) {
      Near near = each.next();
      if (near.row.shard() == shard && !near.running) {
        disarm(near);
        each.remove();
      }
    }
  }

  synchronized @Nullable Long horizon(int shard) {
    return horizons.get(shard);
  }

  /** Raises a horizon, before the table is read up to there. */
  synchronized void raise(int shard, long micros) {
    horizons.computeIfPresent(shard, (_, before) -> Math.max(before, micros));
  }

  /** Lowers a horizon again, because the table was not read up to there. */
  synchronized void lower(int shard, long micros) {
    horizons.computeIfPresent(shard, (_, before) -> Math.min(before, micros));
  }

  synchronized boolean isFull() {
    return timers.size() >= most;
  }

  long nowMicros() {
    return clock.nowMicros();
  }

  synchronized int size() {
    return timers.size();
  }

  /** Adds what was read from the table. What is here already is at least as new. */
  synchronized void addLoaded(List<Row> rows, long overdueBeforeMicros) {
    for (Row row : rows) {
      if (horizons.containsKey(row.shard()) && !timers.containsKey(row.key())) {
        add(row, row.dueMicros() < overdueBeforeMicros);
      }
    }
  }

  /** Takes note of a timer that was written. */
  synchronized void written(Row row) {
    Near known = timers.get(row.key());
    if (known != null && known.row.version() == row.version()) {
      return; // Loaded before its notice was read.
    }
    removed(row.key());
    Long horizon = horizons.get(row.shard());
    if (horizon == null || row.dueMicros() >= horizon) {
      return;
    }
    if (timers.size() >= most) {
      horizons.put(row.shard(), row.dueMicros()); // It is loaded when there is room.
      return;
    }
    add(row, false);
  }

  /** Takes note of a timer that was removed from the table. */
  synchronized void removed(TimerKey key) {
    Near near = timers.remove(key);
    if (near != null) {
      disarm(near);
    }
  }

  /** Forgets a timer, unless another one has taken its place. */
  synchronized void forget(Near near) {
    if (timers.remove(near.row.key(), near)) {
      disarm(near);
    }
  }

  /** Whether a timer that is due was neither removed nor replaced. */
  synchronized boolean isCurrent(Near near) {
    return timers.get(near.row.key()) == near && !near.running;
  }

  /** Notes that the handler of a timer runs. */
  synchronized boolean begin(Near near) {
    if (!isCurrent(near)) {
      return false;
    }
    near.running = true;
    return true;
  }

  /** Arms a timer once more: it was not due yet, or could not be started. */
  synchronized void again(Near near, Duration pause) {
    if (timers.get(near.row.key()) == near) {
      near.running = false;
      boolean armed = false;
      try {
        near.handle = service.schedule(pause, near);
        armed = true;
      } finally {
        if (!armed) {
          timers.remove(near.row.key(), near); // The sweep finds it.
        }
      }
    }
  }

  /** Arms all timers anew, after the clock has changed. */
  synchronized void rearm() {
    for (Near near : new ArrayList<>(timers.values())) {
      TimerHandle handle = near.handle;
      if (handle != null) {
        handle.reschedule(untilDue(near.row));
      }
    }
  }

  private void add(Row row, boolean overdue) {
    Near near = new Near(this, row, overdue);
    near.handle = service.schedule(untilDue(row), near);
    timers.put(row.key(), near);
  }

  private static void disarm(Near near) {
    TimerHandle handle = near.handle;
    if (handle != null) {
      handle.cancel();
    }
  }

  private Duration untilDue(Row row) {
    return Duration.ofNanos(Math.max(0, row.dueMicros() - clock.nowMicros()) * 1000);
  }
}
