package io.tourbillon.timer.durable;

import io.tourbillon.timer.internal.store.Notice;
import io.tourbillon.timer.internal.store.Position;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.Store;
import io.tourbillon.timer.internal.store.StoreSession;
import io.tourbillon.timer.internal.store.Stored;
import io.tourbillon.timer.internal.store.TimerKey;
import io.tourbillon.timer.internal.writer.SessionLoop;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the lease of this process, and loads what is due soon. One turn every 100 ms:
 *
 * <ul>
 *   <li>heartbeat, twice a second or after a third of the lease, see {@link Membership};
 *   <li>notices: timers that others have written into a shard of ours, or handed over;
 *   <li>load: the next page of each shard whose horizon is less than half a window away;
 *   <li>sweep, every five seconds: timers that are due for seconds and still there, and that nobody
 *       has told us of; a page in each turn, and less often if there are many.
 * </ul>
 */
final class Keeper extends SessionLoop {
  private static final long TURN_MILLIS = 100;

  /** So that the timers of a process that has died wait for little more than its lease. */
  private static final long MOST_HEARTBEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final int PAGE = 2_000;
  private static final int LEAST_PAGE = 64;
  private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** After a sweep comes a pause of this many times its length. */
  private static final int SWEEP_PAUSES = 10;

  private static final long SWEPT_MICROS = TimeUnit.SECONDS.toMicros(2);

  private final long leaseNanos;
  private final long windowMicros;
  private final NearTimers near;
  private final Ownership ownership;
  private final Membership membership;

  /** Timers that were written where nobody may have seen them. */
  private final LinkedBlockingQueue<Row> unseen = new LinkedBlockingQueue<>();

  /** Keys of which two reports have come in an unknown order. */
  private final LinkedBlockingQueue<TimerKey> doubtful = new LinkedBlockingQueue<>();

  // Only the thread of the loop uses these, and before it the one that builds the service.
  private long heartbeatNanos;

  /** How far each shard is loaded that has more timers before its horizon. */
  private final Map<Integer, Position> loadedTo = new HashMap<>();

  /** Shards that are still to be swept; the first one from a position on. */
  private final Deque<Integer> unswept = new ArrayDeque<>();

  private Position sweptTo = Position.before(Long.MIN_VALUE);
  private long sweepAtNanos = System.nanoTime() + SWEEP_NANOS;

  /** How long the sweep has taken until now. */
  private long sweepNanos;

  /** How many timers a page has: fewer after a page that took longer than the database may. */
  private int page = PAGE;

  /** Set by the thread that closes, read by the loop. */
  private volatile boolean closing;

  Keeper(
      Store store,
      int timeoutMillis,
      long leaseNanos,
      long windowMicros,
      NearTimers near,
      Ownership ownership,
      Membership membership) {
    super(store, timeoutMillis);
    this.leaseNanos = leaseNanos;
    this.windowMicros = windowMicros;
    this.near = near;
    this.ownership = ownership;
    this.membership = membership;
  }

  /** Leaves a notice of a timer for the owner of its shard. */
  void leaveNotice(Row row) {
    unseen.add(row);
  }

  /** Looks a key up in the table, soon. */
  void lookUp(TimerKey key) {
    doubtful.add(key);
  }

  void close() {
    closing = true;
  }

  @Override
  protected boolean hasEnded() {
    return closing && unseen.isEmpty();
  }

  @Override
  protected void turn(StoreSession session) throws SQLException, InterruptedException {
    heartbeatIfDue(session);
    membership.giveBack(session);
    boolean more = leaveNotices(session);
    more |= readNotices(session);
    lookUp(session);
    for (int shard : ownership.epochs().keySet()) {
      heartbeatIfDue(session); // Each page may take long.
      more |= load(session, shard);
    }
    sweep(session);
    if (!more) {
      TimeUnit.MILLISECONDS.sleep(TURN_MILLIS);
    }
  }

  @Override
  protected void end(StoreSession session) throws SQLException {
    membership.leave(session);
  }

  /** Renews the lease. Called before the loop begins, and by the loop. */
  void heartbeat(StoreSession session) throws SQLException {
    heartbeatNanos = membership.renew(session);
    near.reloadIfMoreIsAdmitted();
  }

  private void heartbeatIfDue(StoreSession session) throws SQLException {
    if (System.nanoTime() - heartbeatNanos >= Math.min(leaseNanos / 3, MOST_HEARTBEAT_NANOS)) {
      heartbeat(session);
    }
  }

  /** Returns whether there are more. */
  private boolean leaveNotices(StoreSession session) throws SQLException {
    List<Row> rows = unseen.stream().limit(PAGE).toList();
    if (!rows.isEmpty()) {
      session.leaveNotices(rows);
      rows.forEach(_ -> unseen.remove()); // They are the first ones: only this thread removes.
    }
    return rows.size() == PAGE;
  }

  /** Returns whether there are more. */
  private boolean readNotices(StoreSession session) throws SQLException {
    Set<Integer> owned = ownership.epochs().keySet();
    if (owned.isEmpty()) {
      return false;
    }
    long sinceNanos = System.nanoTime();
    List<Notice> notices = session.notices(owned, PAGE);
    if (notices.isEmpty()) {
      return false;
    }
    for (Notice notice : notices) {
      Stored stored = notice.stored();
      if (stored != null && !near.noticed(stored, sinceNanos)) {
        doubtful.add(stored.row().key());
      }
    }
    session.removeNotices(notices);
    return notices.size() == PAGE;
  }

  private void lookUp(StoreSession session) throws SQLException {
    Set<TimerKey> keys = new HashSet<>();
    if (doubtful.drainTo(keys, LEAST_PAGE) == 0) {
      return;
    }
    boolean found = false;
    try {
      long sinceNanos = System.nanoTime();
      for (Stored stored : session.find(keys)) {
        if (!near.noticed(stored, sinceNanos)) {
          doubtful.add(stored.row().key());
        }
      }
      found = true;
    } finally {
      if (!found) {
        doubtful.addAll(keys);
      }
    }
  }

  /**
   * Loads a page of a shard.
   *
   * @return whether there is more to load now
   */
  private boolean load(StoreSession session, int shard) throws SQLException {
    Long horizon = near.horizon(shard);
    long nowMicros = near.nowMicros();
    long endMicros = nowMicros + windowMicros;
    if (horizon == null || horizon >= nowMicros + windowMicros / 2 || near.isFull()) {
      return false;
    }
    Long fromMicros = near.raise(shard, endMicros); // The writer may have lowered it meanwhile.
    if (fromMicros == null) {
      return false;
    }
    boolean loaded = false;
    int limit = page;
    page = Math.max(LEAST_PAGE, limit / 2);
    try {
      Position after = loadedTo.get(shard);
      if (after == null || after.dueMicros() >= fromMicros) {
        after = Position.before(fromMicros); // The horizon was lowered since.
      }
      long sinceNanos = System.nanoTime();
      List<Stored> rows = session.load(shard, after, endMicros, limit);
      boolean more = rows.size() == limit;
      Position last = more ? Position.of(rows.getLast().row()) : null;
      if (last != null) {
        // What is written from now on and due at the same time may come before the position.
        near.lower(shard, last.dueMicros() + 1);
      }
      doubtful.addAll(near.addLoaded(rows, sinceNanos));
      if (last == null) {
        loadedTo.remove(shard);
      } else {
        loadedTo.put(shard, last);
      }
      loaded = true;
      page = Math.min(PAGE, 2 * limit);
      return more;
    } finally {
      if (!loaded) {
        near.lower(shard, fromMicros);
      }
    }
  }

  /** Goes on with a sweep, until a page is full, or begins one. */
  private void sweep(StoreSession session) throws SQLException {
    if (unswept.isEmpty()) {
      if (System.nanoTime() - sweepAtNanos < 0) {
        return;
      }
      unswept.addAll(ownership.epochs().keySet());
    }
    long startNanos = System.nanoTime();
    boolean full = false;
    while (!full && !unswept.isEmpty() && !near.isFull()) {
      heartbeatIfDue(session);
      full = sweepPage(session, unswept.getFirst());
      if (!full) {
        unswept.removeFirst();
        sweptTo = Position.before(Long.MIN_VALUE);
      }
    }
    long endNanos = System.nanoTime();
    sweepNanos += endNanos - startNanos;
    if (unswept.isEmpty()) {
      sweepAtNanos = endNanos + Math.max(SWEEP_NANOS, SWEEP_PAUSES * sweepNanos);
      sweepNanos = 0;
    }
  }

  /** Returns whether the shard has more. */
  private boolean sweepPage(StoreSession session, int shard) throws SQLException {
    Long horizon = near.horizon(shard);
    if (horizon == null) {
      return false;
    }
    // What is behind the horizon is loaded anyway.
    long endMicros = Math.min(horizon, near.nowMicros() - SWEPT_MICROS);
    int limit = page;
    long sinceNanos = System.nanoTime();
    List<Stored> rows = session.load(shard, sweptTo, endMicros, limit);
    doubtful.addAll(near.addLoaded(rows, sinceNanos));
    boolean full = rows.size() == limit;
    if (full) {
      sweptTo = Position.of(rows.getLast().row());
    }
    return full;
  }
}
