package io.tourbillon.timer.internal.store;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A session in which a statement costs a round trip: all changes of a kind are one statement, whose
 * parameters are arrays.
 */
final class PostgresSession extends JdbcSession {
  /**
   * A table of timers changes so fast that its statistics are never true: an empty table is scanned
   * as a whole, also when it has a million rows a minute later.
   */
  private static final List<String> PLANNER =
      List.of("enable_seqscan", "enable_hashjoin", "enable_mergejoin");

  PostgresSession(Store store, Connection connection) throws SQLException {
    super(store, connection);
    try (Statement setUp = connection.createStatement()) {
      for (String setting : PLANNER) {
        setUp.execute("SET " + setting + " = off");
      }
      // The transaction of a caller may hold the lock of a row for as long as it likes.
      setUp.execute("SET lock_timeout = '50ms'");
    }
  }

  @Override
  public void close() {
    // The connection may go back to a pool.
    try (Statement setUp = connection.createStatement()) {
      for (String setting : PLANNER) {
        setUp.execute("RESET " + setting);
      }
      setUp.execute("RESET lock_timeout");
    } catch (SQLException broken) {
      // A pool does not use a broken connection again.
    }
    super.close();
  }

  @Override
  void begin() throws SQLException {
    connection.setAutoCommit(false);
  }

  @Override
  void commit() throws SQLException {
    connection.commit();
    connection.setAutoCommit(true);
  }

  @Override
  void rollback() throws SQLException {
    connection.rollback();
    connection.setAutoCommit(true);
  }

  private Array array(String type, Object[] values) throws SQLException {
    return connection.createArrayOf(type, values);
  }

  private Array handlers(List<TimerKey> keys) throws SQLException {
    return array("text", keys.stream().map(TimerKey::handler).toArray());
  }

  private Array names(List<TimerKey> keys) throws SQLException {
    return array("text", keys.stream().map(TimerKey::key).toArray());
  }

  /** The changes of a batch, by kind. */
  private static final class Kinds {
    final List<Change.Put> puts = new ArrayList<>();
    final List<Change.Cancel> cancels = new ArrayList<>();
    final List<Change.End> ends = new ArrayList<>();
    final List<Change.Failed> failures = new ArrayList<>();

    Kinds(List<? extends Change> changes) {
      // In the order of their keys, so that two nodes do not wait for each other.
      for (Change change : changes.stream().sorted((a, b) -> a.key().compareTo(b.key())).toList()) {
        switch (change) {
          case Change.Put put -> puts.add(put);
          case Change.Cancel cancel -> cancels.add(cancel);
          case Change.End end -> ends.add(end);
          case Change.Failed failed -> failures.add(failed);
        }
      }
    }

    boolean isOneStatement() {
      int kinds = puts.isEmpty() ? 0 : 1;
      kinds += cancels.isEmpty() ? 0 : 1;
      kinds += ends.isEmpty() ? 0 : 1;
      kinds += failures.isEmpty() ? 0 : 1;
      return kinds == 1;
    }
  }

  @Override
  public boolean[] write(List<? extends Change> changes) throws SQLException {
    Kinds kinds = new Kinds(changes);
    // A single statement commits by itself, which saves a round trip.
    Set<TimerKey> changed =
        kinds.isOneStatement() ? write(kinds) : inTransaction(() -> write(kinds));
    boolean[] found = new boolean[changes.size()];
    for (int index = 0; index < found.length; index++) {
      found[index] = changed.contains(changes.get(index).key());
    }
    return found;
  }

  private Set<TimerKey> write(Kinds kinds) throws SQLException {
    Set<TimerKey> changed = new HashSet<>();
    if (!kinds.puts.isEmpty()) {
      put(kinds.puts);
      kinds.puts.forEach(put -> changed.add(put.key()));
    }
    if (!kinds.cancels.isEmpty()) {
      cancel(kinds.cancels, changed);
    }
    if (!kinds.ends.isEmpty()) {
      end(kinds.ends, changed);
    }
    if (!kinds.failures.isEmpty()) {
      fail(kinds.failures, changed);
    }
    return changed;
  }

  private void put(List<Change.Put> puts) throws SQLException {
    PreparedStatement put =
        statement(
            """
            INSERT INTO #timers (handler, timer_key, shard, due, version, attempts, dead, payload)
            SELECT handler, timer_key, shard, due, version, 0, 0, payload
            FROM unnest(?::text[], ?::text[], ?::int[], ?::bigint[], ?::bigint[], ?::bytea[])
              AS new (handler, timer_key, shard, due, version, payload)
            """
                + Store.REPLACE);
    List<TimerKey> keys = puts.stream().map(Change.Put::key).toList();
    put.setArray(1, handlers(keys));
    put.setArray(2, names(keys));
    put.setArray(3, array("int", puts.stream().map(one -> one.row().shard()).toArray()));
    put.setArray(4, array("bigint", puts.stream().map(one -> one.row().dueMicros()).toArray()));
    put.setArray(5, array("bigint", puts.stream().map(one -> one.row().version()).toArray()));
    put.setArray(6, array("bytea", puts.stream().map(Change.Put::payload).toArray(byte[][]::new)));
    put.executeUpdate();
  }

  private void cancel(List<Change.Cancel> cancels, Set<TimerKey> changed) throws SQLException {
    PreparedStatement cancel =
        statement(
            """
            DELETE FROM #timers t USING unnest(?::text[], ?::text[]) AS old (handler, timer_key)
            WHERE t.handler = old.handler AND t.timer_key = old.timer_key
            RETURNING t.handler, t.timer_key""");
    List<TimerKey> keys = cancels.stream().map(Change.Cancel::key).toList();
    cancel.setArray(1, handlers(keys));
    cancel.setArray(2, names(keys));
    addReturned(cancel, changed);
  }

  private static void addReturned(PreparedStatement statement, Set<TimerKey> changed)
      throws SQLException {
    try (ResultSet returned = statement.executeQuery()) {
      while (returned.next()) {
        changed.add(new TimerKey(returned.getString(1), returned.getString(2)));
      }
    }
  }

  private void end(List<Change.End> ends, Set<TimerKey> changed) throws SQLException {
    PreparedStatement end =
        statement(
            """
            DELETE FROM #timers t USING #shards s,
              unnest(?::text[], ?::text[], ?::bigint[], ?::int[], ?::bigint[])
              AS old (handler, timer_key, version, shard, epoch)
            WHERE t.handler = old.handler AND t.timer_key = old.timer_key
              AND t.version = old.version AND s.shard = old.shard AND s.epoch = old.epoch
            RETURNING t.handler, t.timer_key""");
    List<TimerKey> keys = ends.stream().map(Change.End::key).toList();
    end.setArray(1, handlers(keys));
    end.setArray(2, names(keys));
    end.setArray(3, array("bigint", ends.stream().map(one -> one.row().version()).toArray()));
    end.setArray(4, array("int", ends.stream().map(one -> one.row().shard()).toArray()));
    end.setArray(5, array("bigint", ends.stream().map(Change.End::epoch).toArray()));
    addReturned(end, changed);
  }

  private void fail(List<Change.Failed> failures, Set<TimerKey> changed) throws SQLException {
    PreparedStatement fail =
        statement(
            """
            UPDATE #timers t SET due = w.due, version = w.next, attempts = w.attempts,
              dead = w.dead, error = w.error
            FROM #shards s, unnest(?::text[], ?::text[], ?::bigint[], ?::int[], ?::bigint[],
              ?::bigint[], ?::bigint[], ?::int[], ?::int[], ?::text[])
              AS w (handler, timer_key, version, shard, epoch, due, next, attempts, dead, error)
            WHERE t.handler = w.handler AND t.timer_key = w.timer_key
              AND t.version = w.version AND s.shard = w.shard AND s.epoch = w.epoch
            RETURNING t.handler, t.timer_key""");
    List<TimerKey> keys = failures.stream().map(Change.Failed::key).toList();
    fail.setArray(1, handlers(keys));
    fail.setArray(2, names(keys));
    fail.setArray(3, array("bigint", failures.stream().map(f -> f.row().version()).toArray()));
    fail.setArray(4, array("int", failures.stream().map(f -> f.row().shard()).toArray()));
    fail.setArray(5, array("bigint", failures.stream().map(Change.Failed::epoch).toArray()));
    fail.setArray(6, array("bigint", failures.stream().map(f -> f.next().dueMicros()).toArray()));
    fail.setArray(7, array("bigint", failures.stream().map(f -> f.next().version()).toArray()));
    fail.setArray(8, array("int", failures.stream().map(Change.Failed::attempts).toArray()));
    fail.setArray(9, array("int", failures.stream().map(f -> f.dead() ? 1 : 0).toArray()));
    fail.setArray(10, array("text", failures.stream().map(Change.Failed::error).toArray()));
    addReturned(fail, changed);
  }

  @Override
  public Check check(String node, List<Row> rows) throws SQLException {
    // One round trip for two statements. The fence is drawn before the second one looks: if this
    // node still owns the shard then, its later owners draw greater ones. OFFSET 0 makes the
    // planner look up each timer by its key: it could read all timers of a shard instead.
    PreparedStatement check =
        statement(
            """
            SELECT nextval('#fence');
            WITH clock AS MATERIALIZED (SELECT @now AS now)
            SELECT clock.now, n.lease_until > clock.now, t.handler, t.timer_key, t.due, t.attempts,
              t.payload, s.epoch
            FROM clock LEFT JOIN #nodes n ON n.node = ? LEFT JOIN (
              unnest(?::text[], ?::text[], ?::bigint[]) AS w (handler, timer_key, version)
              CROSS JOIN LATERAL (
                SELECT * FROM #timers
                WHERE handler = w.handler AND timer_key = w.timer_key OFFSET 0) AS t
              JOIN #shards s ON s.shard = t.shard AND t.version = w.version AND t.dead = 0)
              ON s.owner = n.node""");
    List<TimerKey> keys = rows.stream().map(Row::key).toList();
    check.setString(1, node);
    check.setArray(2, handlers(keys));
    check.setArray(3, names(keys));
    check.setArray(4, array("bigint", rows.stream().map(Row::version).toArray()));
    check.execute();
    long fence;
    try (ResultSet drawn = check.getResultSet()) {
      drawn.next();
      fence = drawn.getLong(1);
    }
    check.getMoreResults();
    long nowMicros = 0;
    boolean leased = false;
    List<Check.Found> found = new ArrayList<>();
    try (ResultSet checked = check.getResultSet()) {
      while (checked.next()) {
        nowMicros = checked.getLong(1);
        leased = checked.getBoolean(2);
        String handler = checked.getString(3);
        if (leased && handler != null) {
          found.add(
              new Check.Found(
                  new TimerKey(handler, checked.getString(4)),
                  checked.getLong(5),
                  checked.getLong(8),
                  checked.getInt(6),
                  checked.getBytes(7)));
        }
      }
    }
    return new Check(nowMicros, fence, leased, found);
  }

  @Override
  public Map<Integer, Long> take(String node, int most) throws SQLException {
    PreparedStatement take =
        statement(
            """
            UPDATE #shards SET owner = ?, epoch = nextval('#fence')
            WHERE shard IN (
              SELECT shard FROM #shards WHERE owner IS NULL OR NOT EXISTS
                (SELECT 1 FROM #nodes n WHERE n.node = owner AND n.lease_until > @now)
              ORDER BY random() LIMIT ? FOR UPDATE SKIP LOCKED)
            RETURNING shard, epoch""");
    take.setString(1, node);
    take.setInt(2, most);
    Map<Integer, Long> taken = new HashMap<>();
    try (ResultSet found = take.executeQuery()) {
      while (found.next()) {
        taken.put(found.getInt(1), found.getLong(2));
      }
    }
    return taken;
  }
}
