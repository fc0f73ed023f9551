package io.tourbillon.timer.durable;

import static java.util.stream.Collectors.toSet;

import io.tourbillon.timer.TimerHandle;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.internal.FirstTable;
import io.tourbillon.timer.internal.observe.Logging;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.Stored;
import io.tourbillon.timer.internal.store.TimerKey;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The timers that are due soon, in memory. Each owned shard has a horizon: all its timers that are
 * due before are here. A loader raises the horizon first and then reads the table; a writer commits
 * first and then looks at the horizon. So one of the two sees each timer, or both do, and the map
 * tells.
 *
 * <p><b>Old news.</b> A loader, a reader of notices and the writer report what the table said a
 * moment ago, in any order. Each says since when: what was here before that is replaced. If the map
 * has changed meanwhile under the same key, nobody knows which of the two is newer. Then the report
 * is refused, and the key is looked up in the table again.
 *
 * <p>What is here may be out of date, because other processes cancel and replace as well. A check
 * of the table comes before each firing.
 *
 * <p>Thread-safe. All fields are guarded by this object's lock; nothing under it waits.
 */
final class NearTimers {
  private static final long REARMED_MICROS = TimeUnit.MILLISECONDS.toMicros(5);
  private static final long REPORTED_MICROS = TimeUnit.SECONDS.toMicros(1);

  private final TimerService service;
  private final DatabaseClock clock;
  private final Set<String> handlers;
  private final Consumer<Near> due;
  private final int most;

  /** Written before the first timer comes. */
  private volatile Admission admission = Admission.ALL;

  private final Map<TimerKey, Near> timers = FirstTable.of(new HashMap<>());
  private final Horizons shards = new Horizons();

  /** Those of the map whose handlers run, or whose ends are being written. */
  private final Set<Near> running = Collections.newSetFromMap(FirstTable.of(new HashMap<>()));

  /**
   * @param handlers those of this process; the timers of others are due at once, to be handed over
   * @param due takes those that are due, on the thread of the service's driver; must not wait
   * @param most how many may be here, apart from one page of each shard
   */
  NearTimers(
      TimerService service,
      DatabaseClock clock,
      Set<String> handlers,
      int most,
      Consumer<Near> due) {
    this.service = service;
    this.clock = clock;
    this.handlers = handlers;
    this.most = most;
    this.due = due;
  }

  /** Limits what comes into memory. Called before the first timer comes. */
  void admitOnly(Admission limit) {
    admission = limit;
  }

  /** Lets all shards be loaded once more, if timers are admitted now that were not before. */
  void reloadIfMoreIsAdmitted() {
    if (admission.admitMore()) {
      lowerAll();
    }
  }

  private synchronized void lowerAll() {
    shards.lowerAll();
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
    running.clear();
    shards.clear();
  }

  /**
   * Begins a shard that this process owns from now on.
   *
   * @param ownedUntilMicros until when another process has fired its timers
   */
  synchronized void open(int shard, long ownedUntilMicros) {
    shards.open(shard, ownedUntilMicros, clock.nowMicros());
  }

  /** Notes that no process could fire timers for some time until now. */
  synchronized void addAbsence(long nanos) {
    long nowMicros = clock.nowMicros();
    shards.addAbsence(nowMicros - nanos / 1000, nowMicros);
  }

  /** Ends a shard that another process owns. What runs goes on. */
  synchronized void drop(int shard) {
    shards.drop(shard);
    for (Iterator<Near> each = timers.values().iterator(); each.hasNext(); ) {
      Near near = each.next();
      if (near.row.shard() == shard && !running.contains(near)) {
        disarm(near);
        each.remove();
      }
    }
  }

  /** The shards of the timers whose handlers run, or whose ends are being written. */
  synchronized Set<Integer> busyShards() {
    return running.stream().map(near -> near.row.shard()).collect(toSet());
  }

  synchronized @Nullable Long horizon(int shard) {
    return shards.horizon(shard);
  }

  /**
   * Raises a horizon, before the table is read up to there.
   *
   * @return the horizon before, from which the table must be read; null if the shard is not owned
   */
  synchronized @Nullable Long raise(int shard, long micros) {
    return shards.raise(shard, micros);
  }

  /** Lowers a horizon again, because the table was not read up to there. */
  synchronized void lower(int shard, long micros) {
    shards.lower(shard, micros);
  }

  synchronized boolean isFull() {
    return timers.size() >= most;
  }

  long nowMicros() {
    return clock.nowMicros();
  }

  /**
   * Learns from an answer that holds the database's time, and arms all timers anew if its clock has
   * made a step.
   *
   * @param requestNanos {@link System#nanoTime} before the request
   */
  void learn(long requestNanos, long databaseMicros) {
    long changeMicros = clock.learn(requestNanos, databaseMicros);
    if (Math.abs(changeMicros) >= REARMED_MICROS) {
      rearm();
    }
    if (Math.abs(changeMicros) >= REPORTED_MICROS) {
      Logging.logger()
          .log(
              System.Logger.Level.WARNING,
              "the database''s clock of durable timers has made a step of {0} ms",
              changeMicros / 1000);
    }
  }

  synchronized int size() {
    return timers.size();
  }

  /**
   * Adds what was read from the table.
   *
   * @param sinceNanos {@link System#nanoTime} before it was read
   * @return the keys that must be looked up
   */
  List<TimerKey> addLoaded(List<Stored> rows, long sinceNanos) {
    return addAdmitted(
        rows.stream().filter(each -> admission.admits(each.row().key())).toList(), sinceNanos);
  }

  private synchronized List<TimerKey> addAdmitted(List<Stored> rows, long sinceNanos) {
    List<TimerKey> doubtful = new ArrayList<>();
    for (Stored stored : rows) {
      Row row = stored.row();
      if (shards.horizon(row.shard()) != null && !isKnown(row)) {
        if (isOlder(row.key(), sinceNanos)) {
          removed(row.key());
          add(row, stored.couldFireMicros());
        } else {
          doubtful.add(row.key());
        }
      }
    }
    return doubtful;
  }

  /**
   * Takes note of a timer that was written by this process.
   *
   * @param sinceNanos {@link System#nanoTime} before the transaction
   * @return false if the key must be looked up
   */
  boolean written(Row row, long sinceNanos) {
    long nowMicros = clock.nowMicros();
    // What is due already does not wait for the first page of its shard.
    boolean isDue = row.dueMicros() <= nowMicros;
    return noted(row, sinceNanos, Math.max(row.dueMicros(), nowMicros), isDue);
  }

  /** Takes note of a timer that this process has just read, because somebody has told of it. */
  boolean noticed(Stored stored, long sinceNanos) {
    return noted(stored.row(), sinceNanos, stored.couldFireMicros(), false);
  }

  private boolean noted(Row row, long sinceNanos, long couldFireMicros, boolean anyway) {
    boolean admitted = admission.admits(row.key()); // Without the lock: it may report.
    return noted(row, sinceNanos, couldFireMicros, anyway, admitted);
  }

  private synchronized boolean noted(
      Row row, long sinceNanos, long couldFireMicros, boolean anyway, boolean admitted) {
    if (isKnown(row)) {
      return true; // Loaded before its notice was read.
    }
    if (isDoubtful(row.key(), sinceNanos)) {
      return false;
    }
    removed(row.key());
    Long horizonMicros = shards.horizon(row.shard());
    if (!admitted || horizonMicros == null || (row.dueMicros() >= horizonMicros && !anyway)) {
      return true;
    }
    if (timers.size() >= most) {
      shards.lower(row.shard(), row.dueMicros()); // It is loaded when there is room.
    } else {
      add(row, couldFireMicros);
    }
    return true;
  }

  private boolean isKnown(Row row) {
    Near known = timers.get(row.key());
    return known != null && known.row.version() == row.version();
  }

  /** Whether what is known of a key was known before a report was made. */
  private boolean isOlder(TimerKey key, long sinceNanos) {
    Near known = timers.get(key);
    return known == null || known.sinceNanos - sinceNanos < 0;
  }

  /**
   * Takes note of a timer that was removed from the table by this process.
   *
   * @param sinceNanos {@link System#nanoTime} before the transaction
   * @return false if the key must be looked up
   */
  synchronized boolean removed(TimerKey key, long sinceNanos) {
    boolean doubtful = isDoubtful(key, sinceNanos);
    if (!doubtful) {
      removed(key);
    }
    return !doubtful;
  }

  /** Whether a report may be older than what is known, which must be looked up then. */
  private boolean isDoubtful(TimerKey key, long sinceNanos) {
    Near known = timers.get(key);
    if (known == null || isOlder(key, sinceNanos)) {
      return false;
    }
    known.doubtful = true;
    return true;
  }

  private void removed(TimerKey key) {
    Near near = timers.remove(key);
    if (near != null) {
      running.remove(near);
      disarm(near);
    }
  }

  /** Forgets a timer, unless another one has taken its place. */
  synchronized void forget(Near near) {
    if (timers.remove(near.row.key(), near)) {
      running.remove(near);
      disarm(near);
    }
  }

  /** Whether a timer that is due was neither removed nor replaced, and does not run. */
  synchronized boolean isCurrent(Near near) {
    return timers.get(near.row.key()) == near && !running.contains(near);
  }

  /** Whether a timer that runs, or is about to, was neither removed nor replaced. */
  synchronized boolean isStill(Near near) {
    return timers.get(near.row.key()) == near;
  }

  /** Notes that the handler of a timer runs. */
  synchronized boolean begin(Near near) {
    if (!isCurrent(near)) {
      return false;
    }
    boolean added = false;
    try {
      added = running.add(near);
    } finally {
      if (!added) {
        running.remove(near); // A set that fails to grow in a full heap has added it by then.
      }
    }
    return added;
  }

  /** Arms a timer once more: it was not due yet, or could not be started. */
  synchronized void again(Near near, Duration pause) {
    if (timers.get(near.row.key()) == near) {
      running.remove(near);
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

  /** For how long a timer could have fired, had a process been there; 0 if one was. */
  synchronized long missedMicros(Near near) {
    return shards.missedMicros(near.row.shard(), near.couldFireMicros);
  }

  /** Arms all timers anew, after the clock has changed. */
  private synchronized void rearm() {
    shards.clockIs(clock.nowMicros());
    for (Near near : new ArrayList<>(timers.values())) {
      TimerHandle handle = near.handle;
      if (handle != null) {
        handle.reschedule(untilDue(near.row));
      }
    }
  }

  private void add(Row row, long couldFireMicros) {
    Near near = new Near(this, row, couldFireMicros);
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
    long nowMicros = clock.nowMicros();
    // A row that somebody has edited may be due at any time, so a difference could overflow.
    return row.dueMicros() > nowMicros && handlers.contains(row.key().handler())
        ? Duration.of(row.dueMicros() - nowMicros, ChronoUnit.MICROS)
        : Duration.ZERO;
  }
}
