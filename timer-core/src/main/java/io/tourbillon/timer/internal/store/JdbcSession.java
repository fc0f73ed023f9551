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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A session whose statements are the same in both databases, but for the clock. */
abstract class JdbcSession implements StoreSession {
  private static final String FROM_LIVE = "#timers WHERE dead = 0";
  private static final String LISTED = "handler, timer_key, due, attempts, dead, error, payload";

  final Store store;
  final Connection connection;

  /** By their text. They live as long as the connection. */
  private final Map<String, PreparedStatement> statements = new HashMap<>();

  private final Guard guard;
  private final JdbcNodes nodes = new JdbcNodes(this);
  private final JdbcAbsences absences = new JdbcAbsences(this);

  /** Written by the thread of the session, read by the one that looks for silent sessions. */
  private volatile long statementNanos = System.nanoTime();

  /** The last transaction has failed, and its end as well. */
  private boolean broken;

  JdbcSession(Store store, Connection connection, Guard guard) throws SQLException {
    this.store = store;
    this.connection = connection;
    this.guard = guard;
    guard.on();
    connection.setAutoCommit(true);
  }

  @Override
  public long statementNanos() {
    return statementNanos;
  }

  @Override
  public boolean isUsable() {
    try {
      return !broken && !connection.isClosed();
    } catch (SQLException failure) {
      return false;
    }
  }

  final PreparedStatement statement(String text) throws SQLException {
    statementNanos = System.nanoTime();
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
    broken = true;
    begin();
    T result;
    try {
      result = work.run();
    } catch (SQLException | RuntimeException | Error failure) {
      try {
        rollback();
        broken = false;
      } catch (SQLException second) {
        failure.addSuppressed(second);
      }
      throw failure;
    }
    commit();
    broken = false;
    return result;
  }

  @Override
  public List<Stored> load(int shard, Position after, long toMicros, int limit)
      throws SQLException {
    PreparedStatement load =
        statement(
            """
            SELECT handler, timer_key, due, version, length(payload), written FROM #timers
            WHERE shard = ? AND dead = 0 AND due < ? AND (due, handler, timer_key) > (?, ?, ?)
            ORDER BY due, handler, timer_key LIMIT ?""");
    load.setInt(1, shard);
    load.setLong(2, toMicros);
    load.setLong(3, after.dueMicros());
    load.setString(4, after.handler());
    load.setString(5, after.key());
    load.setInt(6, limit);
    List<Stored> rows = new ArrayList<>();
    try (ResultSet found = load.executeQuery()) {
      while (found.next()) {
        TimerKey key = new TimerKey(found.getString(1), found.getString(2));
        Row row = new Row(key, shard, found.getLong(3), found.getLong(4), found.getInt(5));
        rows.add(new Stored(row, found.getLong(6)));
      }
    }
    return rows;
  }

  @Override
  public List<Stored> find(Collection<TimerKey> keys) throws SQLException {
    PreparedStatement find =
        statement(
            """
            SELECT shard, due, version, length(payload), written FROM #timers
            WHERE handler = ? AND timer_key = ? AND dead = 0""");
    List<Stored> rows = new ArrayList<>();
    for (TimerKey key : keys) {
      find.setString(1, key.handler());
      find.setString(2, key.key());
      try (ResultSet found = find.executeQuery()) {
        if (found.next()) {
          Row row =
              new Row(key, found.getInt(1), found.getLong(2), found.getLong(3), found.getInt(4));
          rows.add(new Stored(row, found.getLong(5)));
        }
      }
    }
    return rows;
  }

  @Override
  public Heartbeat heartbeat(String node, long leaseMicros, Set<String> handlers)
      throws SQLException {
    absences.noteEndedLeases(); // Before the rows of nodes that have ended are removed.
    return nodes.heartbeat(node, leaseMicros, handlers);
  }

  @Override
  public Set<String> handlers(String node) throws SQLException {
    return nodes.handlers(node);
  }

  @Override
  public void release(String node, Collection<Integer> shards, boolean leaves) throws SQLException {
    absences.noteRelease(node, shards);
    nodes.release(node, shards, leaves);
  }

  @Override
  public Map<Integer, Long> ownedUntil(Collection<Integer> shards) throws SQLException {
    return absences.ownedUntil(shards);
  }

  /** Ends the leases of nodes whose processes have ended, if the database is where they ran. */
  void endDead(String node) throws SQLException {}

  /** The tables whose rows belong to nodes. */
  List<String> ofNodes() {
    return List.of("#handlers");
  }

  /** A further condition for rows of a table that are removed because their node is forgotten. */
  String andIsOld(String table) {
    return "";
  }

  @Override
  public List<Notice> notices(Collection<Integer> shards, int limit) throws SQLException {
    // The shards are whole numbers of ours, so they can stand in the text; few texts occur.
    StringBuilder list = new StringBuilder("-1");
    shards.stream().sorted().forEach(shard -> list.append(',').append(shard));
    List<Notice> notices = new ArrayList<>();
    String text =
        """
        SELECT m.id, m.handler, m.timer_key, t.shard, t.due, t.version, length(t.payload), t.written
        FROM #notices m LEFT JOIN #timers t
          ON t.handler = m.handler AND t.timer_key = m.timer_key AND t.dead = 0
        WHERE m.shard IN ("""
            + list
            + ") ORDER BY m.id LIMIT "
            + limit;
    try (PreparedStatement select = connection.prepareStatement(store.sql(text));
        ResultSet found = select.executeQuery()) {
      while (found.next()) {
        TimerKey key = new TimerKey(found.getString(2), found.getString(3));
        int shard = found.getInt(4);
        Stored stored = null;
        if (!found.wasNull()) {
          Row row = new Row(key, shard, found.getLong(5), found.getLong(6), found.getInt(7));
          stored = new Stored(row, found.getLong(8));
        }
        notices.add(new Notice(found.getLong(1), stored));
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
    return listed(select(LISTED, handler, prefix, afterKey, dead, limit));
  }

  @Override
  public @Nullable Listed look(TimerKey key) throws SQLException {
    PreparedStatement select =
        statement("SELECT " + LISTED + " FROM #timers WHERE handler = ? AND timer_key = ?");
    select.setString(1, key.handler());
    select.setString(2, key.key());
    List<Listed> listed = listed(select);
    return listed.isEmpty() ? null : listed.getFirst();
  }

  private static List<Listed> listed(PreparedStatement select) throws SQLException {
    List<Listed> listed = new ArrayList<>();
    try (ResultSet found = select.executeQuery()) {
      while (found.next()) {
        listed.add(
            new Listed(
                new TimerKey(found.getString(1), found.getString(2)),
                found.getLong(3),
                found.getInt(4),
                found.getInt(5) != 0,
                found.getString(6),
                found.getBytes(7)));
      }
    }
    return listed;
  }

  @Override
  public List<String> keys(String handler, String prefix, String afterKey, int limit)
      throws SQLException {
    PreparedStatement select = select("timer_key", handler, prefix, afterKey, false, limit);
    List<String> keys = new ArrayList<>();
    try (ResultSet found = select.executeQuery()) {
      while (found.next()) {
        keys.add(found.getString(1));
      }
    }
    return keys;
  }

  private PreparedStatement select(
      String columns, String handler, String prefix, String afterKey, boolean dead, int limit)
      throws SQLException {
    KeyRange range = KeyRange.of(prefix, afterKey, isOrderedByCodePoints());
    PreparedStatement select =
        statement(
            "SELECT "
                + columns
                + " FROM "
                + (dead ? fromDead() : FROM_LIVE)
                + " AND handler = ? AND "
                + range.condition()
                + " ORDER BY timer_key LIMIT ?");
    int index = 1;
    select.setString(index++, handler);
    for (String parameter : range.parameters()) {
      select.setString(index++, parameter);
    }
    select.setInt(index, limit);
    return select;
  }

  /** The table of timers with the condition that they are dead, so that their index is used. */
  abstract String fromDead();

  /** Whether the database orders keys by their code points. */
  abstract boolean isOrderedByCodePoints();

  /** Gives the settings of the connection back, because it may go back to a pool. */
  void restore() throws SQLException {
    guard.off();
  }

  @Override
  public void close() {
    try (connection) {
      restore();
    } catch (SQLException closed) {
      // It is of no use any more, and what it had begun is rolled back.
    }
  }
}
