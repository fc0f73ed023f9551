package io.tourbillon.timer.internal.store;

import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The statements that change timers in PostgreSQL. All changes of a kind are one statement, whose
 * parameters are arrays. For the thread of its session.
 */
final class PostgresChanges {
  /**
   * The number of a transaction. Those with puts or cancels leave theirs in the table of batches,
   * in a row of the writer, and only if it is greater than the number there. So the row tells after
   * a broken connection whether the last transaction was committed; and if another one has claimed
   * its number meanwhile, it can not be committed any more.
   */
  record Batch(String node, long number) {}

  private static final String CLAIM =
      """
      INSERT INTO #batches AS b (node, number, found, written) VALUES (?, ?, ?, @now)
      ON CONFLICT (node) DO UPDATE
        SET number = excluded.number, found = excluded.found, written = excluded.written
        WHERE b.number < excluded.number
      """;

  private final PostgresSession session;

  PostgresChanges(PostgresSession session) {
    this.session = session;
  }

  private PreparedStatement statement(String text) throws SQLException {
    return session.statement(text);
  }

  Array array(String type, Object[] values) throws SQLException {
    return session.connection.createArrayOf(type, values);
  }

  Array handlers(List<TimerKey> keys) throws SQLException {
    return array("text", keys.stream().map(TimerKey::handler).toArray());
  }

  Array names(List<TimerKey> keys) throws SQLException {
    return array("text", keys.stream().map(TimerKey::key).toArray());
  }

  int claim(Batch batch, String found) throws SQLException {
    PreparedStatement claim = statement(CLAIM);
    claim.setString(1, batch.node);
    claim.setLong(2, batch.number);
    claim.setString(3, found);
    return claim.executeUpdate();
  }

  void note(Batch batch, String found) throws SQLException {
    if (claim(batch, found) == 0) {
      throw lost(batch);
    }
  }

  private static SQLException lost(Batch batch) {
    return new SQLException("a later transaction has claimed the number " + batch.number, "40000");
  }

  Set<TimerKey> write(Kinds kinds, Batch batch) throws SQLException {
    Set<TimerKey> changed = new HashSet<>();
    if (!kinds.puts.isEmpty()) {
      put(kinds.puts, kinds.cancels.isEmpty() ? batch : null);
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
    if (!kinds.moves.isEmpty()) {
      move(kinds.moves, changed);
      notice(kinds.moves.stream().map(Change.Move::next).toList());
    }
    if (!kinds.noticed.isEmpty()) {
      notice(kinds.noticed);
    }
    return changed;
  }

  /**
   * @param batch what the statement claims, if no other statement of the transaction does
   */
  private void put(List<Change.Put> puts, @Nullable Batch batch) throws SQLException {
    PreparedStatement put =
        statement(
            """
            %s
            INSERT INTO #timers
              (handler, timer_key, shard, due, version, written, attempts, dead, payload)
            SELECT handler, timer_key, shard, due, version, @now, 0, 0, payload
            FROM unnest(?::text[], ?::text[], ?::int[], ?::bigint[], ?::bigint[], ?::bytea[])
              AS new (handler, timer_key, shard, due, version, payload) %s
            """
                    .formatted(
                        batch == null ? "" : "WITH claim AS (" + CLAIM + " RETURNING 1)",
                        batch == null ? "" : "CROSS JOIN claim")
                + Store.REPLACE);
    int next = 1;
    if (batch != null) {
      put.setString(next++, batch.node);
      put.setLong(next++, batch.number);
      put.setString(next++, "");
    }
    List<TimerKey> keys = puts.stream().map(Change.Put::key).toList();
    put.setArray(next++, handlers(keys));
    put.setArray(next++, names(keys));
    put.setArray(next++, array("int", puts.stream().map(one -> one.row().shard()).toArray()));
    put.setArray(
        next++, array("bigint", puts.stream().map(one -> one.row().dueMicros()).toArray()));
    put.setArray(next++, array("bigint", puts.stream().map(one -> one.row().version()).toArray()));
    put.setArray(
        next, array("bytea", puts.stream().map(Change.Put::payload).toArray(byte[][]::new)));
    if (put.executeUpdate() == 0 && batch != null) {
      throw lost(batch);
    }
  }

  private void move(List<Change.Move> moves, Set<TimerKey> changed) throws SQLException {
    PreparedStatement move =
        statement(
            """
            UPDATE #timers t SET shard = w.target, version = w.next
            FROM #shards s, unnest(?::text[], ?::text[], ?::bigint[], ?::int[], ?::bigint[],
              ?::int[], ?::bigint[])
              AS w (handler, timer_key, version, shard, epoch, target, next)
            WHERE t.handler = w.handler AND t.timer_key = w.timer_key
              AND t.version = w.version AND s.shard = w.shard AND s.epoch = w.epoch
            RETURNING t.handler, t.timer_key""");
    List<TimerKey> keys = moves.stream().map(Change.Move::key).toList();
    move.setArray(1, handlers(keys));
    move.setArray(2, names(keys));
    move.setArray(3, array("bigint", moves.stream().map(one -> one.row().version()).toArray()));
    move.setArray(4, array("int", moves.stream().map(one -> one.row().shard()).toArray()));
    move.setArray(5, array("bigint", moves.stream().map(Change.Move::epoch).toArray()));
    move.setArray(6, array("int", moves.stream().map(one -> one.next().shard()).toArray()));
    move.setArray(7, array("bigint", moves.stream().map(one -> one.next().version()).toArray()));
    addReturned(move, changed);
  }

  private void notice(List<Row> rows) throws SQLException {
    PreparedStatement notice =
        statement(
            """
            INSERT INTO #notices (shard, handler, timer_key)
            SELECT shard, handler, timer_key
            FROM unnest(?::int[], ?::text[], ?::text[]) AS new (shard, handler, timer_key)""");
    List<TimerKey> keys = rows.stream().map(Row::key).toList();
    notice.setArray(1, array("int", rows.stream().map(Row::shard).toArray()));
    notice.setArray(2, handlers(keys));
    notice.setArray(3, names(keys));
    notice.executeUpdate();
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

  static void addReturned(PreparedStatement statement, Set<TimerKey> changed) throws SQLException {
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
              AND t.version IN (w.version, w.next)
              AND s.shard = w.shard AND s.epoch = w.epoch
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
}
