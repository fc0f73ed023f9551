package io.tourbillon.timer.durable;

import io.tourbillon.timer.internal.store.Notice;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.Store;
import io.tourbillon.timer.internal.store.StoreSession;
import io.tourbillon.timer.internal.store.Stored;
import io.tourbillon.timer.internal.store.TimerKey;
import io.tourbillon.timer.internal.writer.SessionLoop;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the lease of this process, and loads what is due soon. One turn every 100 ms:
 *
 * <ul>
 *   <li>heartbeat, after a third of the lease, see {@link Membership};
 *   <li>notices: timers that others have written into a shard of ours, or handed over;
 *   <li>load: the next page of each shard whose horizon is less than half a window away;
 *   <li>sweep, every five seconds: timers that are due for seconds and still there, and that nobody
 *       has told us of.
 * </ul>
 */
final class Keeper extends SessionLoop {
  private static final long TURN_MILLIS = 100;

  /** So that the timers of a process that has died wait for little more than its lease. */
  private static final long MOST_HEARTBEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final int PAGE = 2_000;
  private static final int LEAST_PAGE = 64;
  private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(5);
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
  private long sweptNanos = System.nanoTime();

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
    if (System.nanoTime() - heartbeatNanos >= Math.min(leaseNanos / 3, MOST_HEARTBEAT_NANOS)) {
      heartbeat(session);
    }
    membership.giveBack(session);
    leaveNotices(session);
    boolean more = readNotices(session);
    lookUp(session);
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
  protected void end(StoreSession session) throws SQLException {
    membership.leave(session);
  }

  /** Renews the lease. Called before the loop begins, and by the loop. */
  void heartbeat(StoreSession session) throws SQLException {
    heartbeatNanos = membership.renew(session);
  }

  private void leaveNotices(StoreSession session) throws SQLException {
    List<Row> rows = new ArrayList<>(unseen);
    if (!rows.isEmpty()) {
      session.leaveNotices(rows);
      rows.forEach(_ -> unseen.remove()); // They are the first ones: only this thread removes.
    }
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
    int wanted = page;
    page = Math.max(LEAST_PAGE, page / 2);
    try {
      int limit = wanted;
      long sinceNanos = System.nanoTime();
      List<Stored> rows = session.load(shard, fromMicros, endMicros, limit);
      // A page whose timers are all due at once would never end: it must hold all of them.
      while (rows.size() == limit
          && rows.getLast().row().dueMicros() == rows.getFirst().row().dueMicros()) {
        limit *= 2;
        rows = session.load(shard, fromMicros, endMicros, limit);
      }
      boolean more = rows.size() == limit;
      if (more) {
        near.lower(shard, rows.getLast().row().dueMicros());
      }
      doubtful.addAll(near.addLoaded(rows, sinceNanos));
      loaded = true;
      page = Math.min(PAGE, 2 * wanted);
      return more;
    } finally {
      if (!loaded) {
        near.lower(shard, fromMicros);
      }
    }
  }

  private void sweep(StoreSession session) throws SQLException {
    long nowMicros = near.nowMicros();
    for (int shard : ownership.epochs().keySet()) {
      long fromMicros = Long.MIN_VALUE;
      int limit = page;
      boolean more = true;
      while (more && !near.isFull()) {
        long sinceNanos = System.nanoTime();
        List<Stored> rows = session.load(shard, fromMicros, nowMicros - SWEPT_MICROS, limit);
        doubtful.addAll(near.addLoaded(rows, sinceNanos));
        more = rows.size() == limit;
        if (more) {
          long lastMicros = rows.getLast().row().dueMicros();
          limit = lastMicros == fromMicros ? 2 * limit : page; // All of them are due at once.
          fromMicros = lastMicros;
        }
      }
    }
  }
}
