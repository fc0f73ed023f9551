package io.tourbillon.timer.internal.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A session in which a statement costs a round trip: all changes of a kind are one statement, whose
 * parameters are arrays.
 */
final class PostgresSession extends JdbcSession {
  private static final String BATCHES = "#batches";

  /** What {@link #outcome} leaves in the row of the writer if it has claimed the number itself. */
  private static final String NOT_COMMITTED = "-";

  private final PostgresStore postgres;
  private final PostgresSettings settings;
  private final PostgresChanges statements = new PostgresChanges(this);

  /** That which the connection came with. */
  private final int isolation;

  PostgresSession(PostgresStore store, Connection connection, Guard guard, int timeoutMillis)
      throws SQLException {
    super(store, connection, guard);
    postgres = store;
    settings = store.settings(connection);
    isolation = connection.getTransactionIsolation();
    if (isolation != Connection.TRANSACTION_READ_COMMITTED) {
      // A check must see who owns a shard after it has drawn its fence, and a change what another
      // transaction has committed while it waited for its lock.
      connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
    }
    try (Statement setUp = connection.createStatement()) {
      setUp.execute(settings.set() + timeoutMillis);
    }
  }

  @Override
  void restore() throws SQLException {
    try (Statement reset = connection.createStatement()) {
      reset.execute(settings.reset());
    }
    if (isolation != Connection.TRANSACTION_READ_COMMITTED) {
      connection.setTransactionIsolation(isolation);
    }
    super.restore();
  }

  @Override
  List<String> ofNodes() {
    return List.of("#handlers", BATCHES);
  }

  /**
   * A machine may have been suspended for long, and its writer then asks whether its last
   * transaction was committed.
   */
  @Override
  String andIsOld(String table) {
    return table.equals(BATCHES) ? " AND written < @now - " + TimeUnit.DAYS.toMicros(7) : "";
  }

  /** The network timeout ends a wait for an answer, but not that of a request for the network. */
  @Override
  public void abort() {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException broken) {
      // So it has ended.
    }
  }

  @Override
  String fromDead() {
    return "#timers WHERE dead = 1";
  }

  /** The collation of keys is that of bytes. */
  @Override
  boolean isOrderedByCodePoints() {
    return settings.isUtf8();
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

  @Override
  public boolean[] write(String node, long number, List<? extends Change> changes)
      throws SQLException {
    Kinds kinds = new Kinds(changes);
    PostgresChanges.Batch batch = new PostgresChanges.Batch(node, number);
    // A single statement commits by itself, which saves two round trips.
    Set<TimerKey> changed =
        kinds.isOneStatement()
            ? statements.write(kinds, batch)
            : inTransaction(
                () -> {
                  Set<TimerKey> all = statements.write(kinds, batch);
                  if (!kinds.cancels.isEmpty()) {
                    statements.note(batch, foundOf(changes, all));
                  }
                  return all;
                });
    boolean[] found = new boolean[changes.size()];
    for (int index = 0; index < found.length; index++) {
      found[index] = changed.contains(changes.get(index).key());
    }
    return found;
  }

  private static String foundOf(List<? extends Change> changes, Set<TimerKey> changed) {
    StringBuilder found = new StringBuilder();
    changes.forEach(change -> found.append(changed.contains(change.key()) ? '1' : '0'));
    return found.toString();
  }

  @Override
  public boolean @Nullable [] outcome(String node, long number, List<? extends Change> changes)
      throws SQLException {
    // If the transaction still runs in the server, this one waits for its row.
    if (statements.claim(new PostgresChanges.Batch(node, number), NOT_COMMITTED) == 1) {
      return null;
    }
    PreparedStatement select = statement("SELECT found FROM #batches WHERE node = ?");
    select.setString(1, node);
    String known = "";
    try (ResultSet found = select.executeQuery()) {
      if (found.next()) {
        known = found.getString(1);
      }
    }
    if (known.equals(NOT_COMMITTED)) {
      return null; // This was asked before, and the connection broke before the answer came.
    }
    boolean[] all = new boolean[changes.size()];
    for (int index = 0; index < all.length; index++) {
      all[index] = index >= known.length() || known.charAt(index) == '1';
    }
    return all;
  }

  @Override
  public Set<TimerKey> locked(Collection<TimerKey> keys) throws SQLException {
    List<TimerKey> all = List.copyOf(keys);
    PreparedStatement select =
        statement(
            """
            WITH wanted AS (
              SELECT t.handler, t.timer_key FROM unnest(?::text[], ?::text[])
                AS w (handler, timer_key) JOIN #timers t
                ON t.handler = w.handler AND t.timer_key = w.timer_key),
            free AS (
              SELECT t.handler, t.timer_key FROM #timers t
              WHERE (t.handler, t.timer_key) IN (SELECT handler, timer_key FROM wanted)
              FOR UPDATE SKIP LOCKED)
            SELECT handler, timer_key FROM wanted EXCEPT SELECT handler, timer_key FROM free""");
    select.setArray(1, statements.handlers(all));
    select.setArray(2, statements.names(all));
    Set<TimerKey> locked = new HashSet<>();
    PostgresChanges.addReturned(select, locked);
    return locked;
  }

  @Override
  public Check check(String node, List<Row> rows) throws SQLException {
    // One round trip for two statements. The fence is drawn before the second one looks: if this
    // node still owns the shard then, its later owners draw greater ones. OFFSET 0 makes the
    // planner look up each timer by its key: it could read all timers of a shard instead.
    PreparedStatement check =
        statement(
            """
            %s;
            WITH clock AS MATERIALIZED (SELECT @now AS now)
            SELECT clock.now, @leased, t.handler, t.timer_key, t.due, t.attempts,
              t.payload, s.epoch
            FROM clock LEFT JOIN #nodes n ON n.node = ? LEFT JOIN (
              unnest(?::text[], ?::text[], ?::bigint[]) AS w (handler, timer_key, version)
              CROSS JOIN LATERAL (
                SELECT * FROM #timers
                WHERE handler = w.handler AND timer_key = w.timer_key OFFSET 0) AS t
              JOIN #shards s ON s.shard = t.shard AND t.version = w.version AND t.dead = 0)
              ON s.owner = n.node"""
                .formatted(postgres.nextFence()));
    List<TimerKey> keys = rows.stream().map(Row::key).toList();
    check.setString(1, node);
    check.setArray(2, statements.handlers(keys));
    check.setArray(3, statements.names(keys));
    check.setArray(4, statements.array("bigint", rows.stream().map(Row::version).toArray()));
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
    return inTransaction(
        () -> {
          long epoch;
          try (ResultSet drawn = statement(postgres.nextFence()).executeQuery()) {
            drawn.next();
            epoch = drawn.getLong(1);
          }
          return take(node, most, epoch);
        });
  }

  private Map<Integer, Long> take(String node, int most, long epoch) throws SQLException {
    PreparedStatement take =
        statement(
            """
            UPDATE #shards SET owner = ?, epoch = ?
            WHERE shard IN (
              SELECT shard FROM #shards WHERE owner IS NULL OR NOT EXISTS
                (SELECT 1 FROM #nodes n WHERE n.node = owner AND @leased)
              ORDER BY random() LIMIT ? FOR UPDATE SKIP LOCKED)
            RETURNING shard""");
    take.setString(1, node);
    take.setLong(2, epoch);
    take.setInt(3, most);
    Map<Integer, Long> taken = new HashMap<>();
    try (ResultSet found = take.executeQuery()) {
      while (found.next()) {
        taken.put(found.getInt(1), epoch);
      }
    }
    return taken;
  }
}
