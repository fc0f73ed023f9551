package io.tourbillon.timer.internal.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A session whose statements are the same in both databases, but for the clock. */
abstract class JdbcSession implements StoreSession {
  /** The row of a node that has ended without leaving goes an hour after its lease. */
  private static final long FORGOTTEN_MICROS = 3_600_000_000L;

  final Store store;
  final Connection connection;

  /** By their text. They live as long as the connection. */
  private final Map<String, PreparedStatement> statements = new HashMap<>();

  JdbcSession(Store store, Connection connection) throws SQLException {
    this.store = store;
    this.connection = connection;
    connection.setAutoCommit(true);
  }

  final PreparedStatement statement(String text) throws SQLException {
    PreparedStatement known = statements.get(text);
    if (known == null) {
      known = connection.prepareStatement(store.sql(text));
      statements.put(text, known);
    }
    return known;
  }

  /** Work of several statements. */
  interface Work<T extends @Nullable Object> {
    T run() throws SQLException;
  }

  abstract void begin() throws SQLException;

  abstract void commit() throws SQLException;

  abstract void rollback() throws SQLException;

  final <T extends @Nullable Object> T inTransaction(Work<T> work) throws SQLException {
    begin();
    T result;
    try {
      result = work.run();
    } catch (SQLException | RuntimeException | Error failure) {
      try {
        rollback();
      } catch (SQLException second) {
        failure.addSuppressed(second);
      }
      throw failure;
    }
    commit();
    return result;
  }

  @Override
  public List<Row> load(int shard, long fromMicros, long toMicros, int limit) throws SQLException {
    PreparedStatement load =
        statement(
            """
            SELECT handler, timer_key, due, version FROM #timers
            WHERE shard = ? AND dead = 0 AND due >= ? AND due < ? ORDER BY due LIMIT ?""");
    load.setInt(1, shard);
    load.setLong(2, fromMicros);
    load.setLong(3, toMicros);
    load.setInt(4, limit);
    List<Row> rows = new ArrayList<>();
    try (ResultSet found = load.executeQuery()) {
      while (found.next()) {
        TimerKey key = new TimerKey(found.getString(1), found.getString(2));
        rows.add(new Row(key, shard, found.getLong(3), found.getLong(4)));
      }
    }
    return rows;
  }

  @Override
  public Heartbeat heartbeat(String node, long leaseMicros) throws SQLException {
    return inTransaction(
        () -> {
          PreparedStatement renew =
              statement(
                  """
                  INSERT INTO #nodes (node, lease_until) VALUES (?, @now + ?)
                  ON CONFLICT (node) DO UPDATE SET lease_until = excluded.lease_until""");
          renew.setString(1, node);
          renew.setLong(2, leaseMicros);
          renew.executeUpdate();
          PreparedStatement forget =
              statement("DELETE FROM #nodes WHERE lease_until < @now - " + FORGOTTEN_MICROS);
          forget.executeUpdate();
          return heartbeatOf(node);
        });
  }

  private Heartbeat heartbeatOf(String node) throws SQLException {
    Map<Integer, Long> owned = owned(node);
    PreparedStatement count =
        statement(
            """
            SELECT @now, (SELECT count(*) FROM #nodes WHERE lease_until > @now),
              (SELECT count(*) FROM #shards)""");
    try (ResultSet counted = count.executeQuery()) {
      counted.next();
      return new Heartbeat(counted.getLong(1), owned, counted.getInt(2), counted.getInt(3));
    }
  }

  private Map<Integer, Long> owned(String node) throws SQLException {
    PreparedStatement select = statement("SELECT shard, epoch FROM #shards WHERE owner = ?");
    select.setString(1, node);
    Map<Integer, Long> owned = new HashMap<>();
    try (ResultSet found = select.executeQuery()) {
      while (found.next()) {
        owned.put(found.getInt(1), found.getLong(2));
      }
    }
    return owned;
  }

  @Override
  public void release(String node, Collection<Integer> shards, boolean leaves) throws SQLException {
    this.<@Nullable Void>inTransaction(
        () -> {
          PreparedStatement release =
              statement("UPDATE #shards SET owner = NULL WHERE shard = ? AND owner = ?");
          for (int shard : shards) {
            release.setInt(1, shard);
            release.setString(2, node);
            release.executeUpdate();
          }
          if (leaves) {
            PreparedStatement leave = statement("DELETE FROM #nodes WHERE node = ?");
            leave.setString(1, node);
            leave.executeUpdate();
          }
          return null;
        });
  }

  @Override
  public List<Notice> notices(Collection<Integer> shards, int limit) throws SQLException {
    // The shards are whole numbers of ours, so they can stand in the text; few texts occur.
    StringBuilder list = new StringBuilder("-1");
    shards.stream().sorted().forEach(shard -> list.append(',').append(shard));
    List<Notice> notices = new ArrayList<>();
    try (PreparedStatement select =
            connection.prepareStatement(
                store.sql(
                    "SELECT id, shard, handler, timer_key, due, version FROM #notices WHERE shard IN ("
                        + list
                        + ") ORDER BY id LIMIT "
                        + limit));
        ResultSet found = select.executeQuery()) {
      while (found.next()) {
        TimerKey key = new TimerKey(found.getString(3), found.getString(4));
        Row row = new Row(key, found.getInt(2), found.getLong(5), found.getLong(6));
        notices.add(new Notice(found.getLong(1), row));
      }
    }
    return notices;
  }

  @Override
  public void leaveNotices(Collection<Row> rows) throws SQLException {
    this.<@Nullable Void>inTransaction(
        () -> {
          PreparedStatement notice = statement(store.noticeSql());
          for (Row row : rows) {
            Store.setNotice(notice, row);
            notice.addBatch();
          }
          notice.executeBatch();
          return null;
        });
  }

  @Override
  public void removeNotices(Collection<Notice> notices) throws SQLException {
    this.<@Nullable Void>inTransaction(
        () -> {
          PreparedStatement remove = statement("DELETE FROM #notices WHERE id = ?");
          for (Notice notice : notices) {
            remove.setLong(1, notice.id());
            remove.addBatch();
          }
          remove.executeBatch();
          return null;
        });
  }

  @Override
  public long count(boolean dead) throws SQLException {
    PreparedStatement count =
        statement("SELECT count(*) FROM #timers WHERE dead = " + (dead ? 1 : 0));
    try (ResultSet counted = count.executeQuery()) {
      counted.next();
      return counted.getLong(1);
    }
  }

  @Override
  public List<Listed> list(String handler, String prefix, String afterKey, boolean dead, int limit)
      throws SQLException {
    PreparedStatement select =
        statement(
            """
            SELECT timer_key, due, attempts, error, payload FROM #timers
            WHERE handler = ? AND timer_key > ? AND timer_key >= ?
              AND substr(timer_key, 1, length(?)) = ? AND dead = ?
            ORDER BY timer_key LIMIT ?""");
    select.setString(1, handler);
    select.setString(2, afterKey);
    select.setString(3, prefix);
    select.setString(4, prefix);
    select.setString(5, prefix);
    select.setInt(6, dead ? 1 : 0);
    select.setInt(7, limit);
    List<Listed> listed = new ArrayList<>();
    try (ResultSet found = select.executeQuery()) {
      while (found.next()) {
        listed.add(
            new Listed(
                new TimerKey(handler, found.getString(1)),
                found.getLong(2),
                found.getInt(3),
                dead,
                found.getString(4),
                found.getBytes(5)));
      }
    }
    return listed;
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException closed) {
      // It is of no use any more, and what it had begun is rolled back.
    }
  }
}
