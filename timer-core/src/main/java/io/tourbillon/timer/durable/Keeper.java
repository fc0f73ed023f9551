package io.tourbillon.timer.durable;

import io.tourbillon.timer.internal.store.Heartbeat;
import io.tourbillon.timer.internal.store.Notice;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.Store;
import io.tourbillon.timer.internal.store.StoreSession;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the lease of this process, takes its share of the shards, and loads what is due soon. One
 * turn every 100 ms:
 *
 * <ul>
 *   <li>heartbeat, after a third of the lease; takes free shards up to a fair share, and gives back
 *       what is beyond it;
 *   <li>notices: timers that others have written into a shard of ours;
 *   <li>load: the next page of each shard whose horizon is less than half a window away;
 *   <li>sweep, every five seconds: timers that are due for seconds and still there, and that nobody
 *       has told us of, such as those of a process that was killed between commit and notice.
 * </ul>
 */
final class Keeper extends SessionLoop {
  private static final long TURN_MILLIS = 100;
  private static final int PAGE = 2_000;
  private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long SWEPT_MICROS = TimeUnit.SECONDS.toMicros(2);

  /** A timer that is loaded later than this after its due time counts as overdue. */
  private static final long OVERDUE_MICROS = TimeUnit.SECONDS.toMicros(1);

  private final String node;
  private final long leaseNanos;
  private final long windowMicros;
  private final DatabaseClock clock;
  private final NearTimers near;
  private final Ownership ownership;

  /** Timers that were written where nobody may have seen them. */
  private final LinkedBlockingQueue<Row> unseen = new LinkedBlockingQueue<>();

  private long heartbeatNanos;
  private long sweptNanos = System.nanoTime();
  private volatile boolean closing;

  Keeper(
      Store store,
      String node,
      long leaseNanos,
      long windowMicros,
      DatabaseClock clock,
      NearTimers near,
      Ownership ownership) {
    super(store);
    this.node = node;
    this.leaseNanos = leaseNanos;
    this.windowMicros = windowMicros;
    this.clock = clock;
    this.near = near;
    this.ownership = ownership;
  }

  /** Leaves a notice of a timer for the owner of its shard. */
  void leaveNotice(Row row) {
    unseen.add(row);
  }

  void close() {
    closing = true;
  }

  @Override
  boolean hasEnded() {
    return closing && unseen.isEmpty();
  }

  @Override
  void turn(StoreSession session) throws SQLException, InterruptedException {
    if (System.nanoTime() - heartbeatNanos >= leaseNanos / 3) {
      heartbeat(session);
    }
    leaveNotices(session);
    readNotices(session);
    boolean more = false;
    for (int shard : ownership.epochs().keySet()) {
      more |= load(session, shard);
    }
    if (System.nanoTime() - sweptNanos >= SWEEP_NANOS) {
      sweptNanos = System.nanoTime();
      sweep(session);
    }
    if (!more) {
      TimeUnit.MILLISECONDS.sleep(TURN_MILLIS);
    }
  }

  @Override
  void end(StoreSession session) throws SQLException {
    session.release(node, ownership.epochs().keySet(), true);
  }

  /** Renews the lease and takes shards. Called before the loop begins, and by the loop. */
  void heartbeat(StoreSession session) throws SQLException {
    long requestNanos = System.nanoTime();
    Heartbeat heartbeat = session.heartbeat(node, TimeUnit.NANOSECONDS.toMicros(leaseNanos));
    learn(requestNanos, heartbeat.nowMicros());
    Map<Integer, Long> owned = new HashMap<>(heartbeat.owned());
    int fair = -Math.floorDiv(-heartbeat.shards(), Math.max(1, heartbeat.nodes()));
    if (owned.size() < fair) {
      owned.putAll(session.take(node, fair - owned.size()));
    } else if (owned.size() > fair) {
      release(session, owned, owned.size() - fair);
    }
    Map<Integer, Long> before = ownership.epochs();
    ownership.renewed(owned, heartbeat.shards(), requestNanos);
    for (Map.Entry<Integer, Long> each : before.entrySet()) {
      if (!each.getValue().equals(owned.get(each.getKey()))) {
        near.drop(each.getKey()); // What it has loaded may be out of date.
      }
    }
    owned.keySet().forEach(near::open);
    heartbeatNanos = requestNanos;
  }

  private void release(StoreSession session, Map<Integer, Long> owned, int count)
      throws SQLException {
    List<Integer> released = new ArrayList<>(owned.keySet()).subList(0, count);
    for (int shard : released) {
      near.drop(shard);
    }
    session.release(node, released, false);
    owned.keySet().removeAll(List.copyOf(released));
  }

  private void learn(long requestNanos, long databaseMicros) {
    long change = clock.learn(requestNanos, databaseMicros);
    if (Math.abs(change) >= TimeUnit.MILLISECONDS.toMicros(5)) {
      near.rearm();
    }
  }

  private void leaveNotices(StoreSession session) throws SQLException {
    List<Row> rows = new ArrayList<>(unseen);
    if (!rows.isEmpty()) {
      session.leaveNotices(rows);
      rows.forEach(_ -> unseen.remove()); // They are the first ones: only this thread removes.
    }
  }

  private void readNotices(StoreSession session) throws SQLException {
    List<Notice> notices = session.notices(ownership.epochs().keySet(), PAGE);
    if (!notices.isEmpty()) {
      for (Notice notice : notices) {
        near.written(notice.row());
      }
      session.removeNotices(notices);
    }
  }

  /**
   * Loads a page of a shard.
   *
   * @return whether there is more to load now
   */
  private boolean load(StoreSession session, int shard) throws SQLException {
    Long horizon = near.horizon(shard);
    long nowMicros = clock.nowMicros();
    long endMicros = nowMicros + windowMicros;
    if (horizon == null || horizon >= nowMicros + windowMicros / 2 || near.isFull()) {
      return false;
    }
    near.raise(shard, endMicros);
    boolean loaded = false;
    try {
      int limit = PAGE;
      List<Row> rows = session.load(shard, horizon, endMicros, limit);
      // A page whose timers are all due at once would never end: it must hold all of them.
      while (rows.size() == limit && rows.getLast().dueMicros() == rows.getFirst().dueMicros()) {
        limit *= 2;
        rows = session.load(shard, horizon, endMicros, limit);
      }
      boolean more = rows.size() == limit;
      if (more) {
        near.lower(shard, rows.getLast().dueMicros());
      }
      near.addLoaded(rows, nowMicros - OVERDUE_MICROS);
      loaded = true;
      return more;
    } finally {
      if (!loaded) {
        near.lower(shard, horizon);
      }
    }
  }

  private void sweep(StoreSession session) throws SQLException {
    long nowMicros = clock.nowMicros();
    for (int shard : ownership.epochs().keySet()) {
      long fromMicros = Long.MIN_VALUE;
      int limit = PAGE;
      boolean more = true;
      while (more && !near.isFull()) {
        List<Row> rows = session.load(shard, fromMicros, nowMicros - SWEPT_MICROS, limit);
        near.addLoaded(rows, nowMicros - OVERDUE_MICROS);
        more = rows.size() == limit;
        if (more) {
          long lastMicros = rows.getLast().dueMicros();
          limit = lastMicros == fromMicros ? 2 * limit : PAGE; // All of them are due at once.
          fromMicros = lastMicros;
        }
      }
    }
  }
}
