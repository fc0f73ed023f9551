package io.tourbillon.timer.internal.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A session in which a statement costs microseconds, and a commit a write to the disk. */
final class SqliteSession extends JdbcSession {
  private static final String END =
      """
      DELETE FROM #timers WHERE handler = ? AND timer_key = ? AND version = ?
        AND EXISTS (SELECT 1 FROM #shards WHERE shard = ? AND epoch = ?)""";

  private final SqliteStore sqlite;
  private final WriteGate gate;

  SqliteSession(SqliteStore store, Connection connection, Guard guard, WriteGate gate)
      throws SQLException {
    super(store, connection, guard);
    this.sqlite = store;
    this.gate = gate;
    try (Statement setUp = connection.createStatement()) {
      // A commit is on the disk when it returns.
      setUp.execute("PRAGMA synchronous = FULL");
    }
  }

  private void execute(String text) throws SQLException {
    statement(text).execute();
  }

  /** The planner takes the primary key otherwise, and reads all timers of the handler. */
  @Override
  String fromDead() {
    return "#timers INDEXED BY #dead WHERE dead = 1";
  }

  /** By the bytes of UTF-8, whose order is the same. */
  @Override
  boolean isOrderedByCodePoints() {
    return true;
  }

  @Override
  void begin() throws SQLException {
    gate.enter();
    boolean begun = false;
    try {
      execute("BEGIN IMMEDIATE");
      begun = true;
    } finally {
      if (!begun) {
        gate.leave();
      }
    }
  }

  @Override
  void commit() throws SQLException {
    try {
      execute("COMMIT");
    } finally {
      gate.leave();
    }
  }

  @Override
  void rollback() throws SQLException {
    try {
      execute("ROLLBACK");
    } finally {
      gate.leave();
    }
  }

  @Override
  public boolean[] write(String node, long number, List<? extends Change> changes)
      throws SQLException {
    return inTransaction(
        () -> {
          boolean[] found = new boolean[changes.size()];
          for (int index = 0; index < found.length; index++) {
            found[index] = write(changes.get(index));
          }
          return found;
        });
  }

  /** No connection breaks between a process and its file: what has failed was not committed. */
  @Override
  public boolean @Nullable [] outcome(String node, long number, List<? extends Change> changes) {
    return null;
  }

  @Override
  public void abort() {}

  /** A transaction locks the file, and no rows. */
  @Override
  public Set<TimerKey> locked(Collection<TimerKey> keys) {
    return Set.of();
  }

  private boolean write(Change change) throws SQLException {
    return switch (change) {
      case Change.Put(Row row, byte[] payload, boolean noticed) -> {
        PreparedStatement put = statement(store.putSql());
        Store.setPut(put, row, payload);
        put.executeUpdate();
        if (noticed) {
          PreparedStatement notice = statement(store.noticeSql());
          Store.setNotice(notice, row);
          notice.executeUpdate();
        }
        yield true;
      }
      case Change.Cancel(TimerKey key) -> {
        PreparedStatement cancel =
            statement("DELETE FROM #timers WHERE handler = ? AND timer_key = ? RETURNING dead");
        cancel.setString(1, key.handler());
        cancel.setString(2, key.key());
        try (ResultSet removed = cancel.executeQuery()) {
          yield removed.next();
        }
      }
      case Change.End(Row row, long epoch) -> {
        PreparedStatement end = statement(END);
        end.setString(1, row.key().handler());
        end.setString(2, row.key().key());
        end.setLong(3, row.version());
        end.setInt(4, row.shard());
        end.setLong(5, epoch);
        yield end.executeUpdate() > 0;
      }
      case Change.Failed failed -> {
        PreparedStatement again =
            statement(
                """
                UPDATE #timers SET due = ?, version = ?, attempts = ?, dead = ?, error = ?
                WHERE handler = ? AND timer_key = ? AND version = ?
                  AND EXISTS (SELECT 1 FROM #shards WHERE shard = ? AND epoch = ?)""");
        again.setLong(1, failed.next().dueMicros());
        again.setLong(2, failed.next().version());
        again.setInt(3, failed.attempts());
        again.setInt(4, failed.dead() ? 1 : 0);
        again.setString(5, failed.error());
        again.setString(6, failed.key().handler());
        again.setString(7, failed.key().key());
        again.setLong(8, failed.row().version());
        again.setInt(9, failed.row().shard());
        again.setLong(10, failed.epoch());
        yield again.executeUpdate() > 0;
      }
      // There is one shard.
      case Change.Move _ -> false;
    };
  }

  @Override
  public Check check(String node, List<Row> rows) throws SQLException {
    // A transaction of a reader: all statements see one state, and nobody waits.
    execute("BEGIN");
    try {
      PreparedStatement own =
          statement(
              """
              SELECT @now, epoch FROM #shards JOIN #nodes n ON node = owner
              WHERE shard = 0 AND owner = ? AND @leased""");
      own.setString(1, node);
      long nowMicros;
      long epoch;
      try (ResultSet owned = own.executeQuery()) {
        if (!owned.next()) {
          return new Check(0, 0, false, List.of());
        }
        nowMicros = owned.getLong(1);
        epoch = owned.getLong(2);
      }
      List<Check.Found> found = new ArrayList<>();
      for (Row row : rows) {
        Check.Found one = find(row, epoch);
        if (one != null) {
          found.add(one);
        }
      }
      return new Check(nowMicros, epoch, true, found);
    } finally {
      execute("COMMIT");
    }
  }

  private Check.@Nullable Found find(Row row, long epoch) throws SQLException {
    PreparedStatement select =
        statement(
            """
            SELECT due, attempts, payload FROM #timers
            WHERE handler = ? AND timer_key = ? AND version = ? AND dead = 0""");
    select.setString(1, row.key().handler());
    select.setString(2, row.key().key());
    select.setLong(3, row.version());
    try (ResultSet found = select.executeQuery()) {
      return found.next()
          ? new Check.Found(row.key(), found.getLong(1), epoch, found.getInt(2), found.getBytes(3))
          : null;
    }
  }

  @Override
  void endDead(String node) throws SQLException {
    sqlite.join(node);
    List<String> dead = new ArrayList<>();
    try (ResultSet found = statement("SELECT node FROM #nodes n WHERE @leased").executeQuery()) {
      while (found.next()) {
        if (sqlite.isDead(found.getString(1))) {
          dead.add(found.getString(1));
        }
      }
    }
    PreparedStatement note =
        statement(
            """
            UPDATE #shards SET owned_until =
              (SELECT n.lease_until - n.lease FROM #nodes n WHERE n.node = owner)
            WHERE owner = ?""");
    PreparedStatement end = statement("UPDATE #nodes SET lease_until = 0 WHERE node = ?");
    for (String each : dead) {
      note.setString(1, each); // It may have ended at any time since its last heartbeat.
      note.executeUpdate();
      end.setString(1, each);
      end.executeUpdate();
    }
  }

  @Override
  public Map<Integer, Long> take(String node, int most) throws SQLException {
    return inTransaction(
        () -> {
          PreparedStatement take =
              statement(
                  """
                  UPDATE #shards SET owner = ?, epoch = epoch + 1
                  WHERE shard = 0 AND (owner IS NULL OR owner NOT IN
                    (SELECT node FROM #nodes n WHERE @leased))
                  RETURNING epoch""");
          take.setString(1, node);
          try (ResultSet taken = take.executeQuery()) {
            return taken.next() ? Map.of(0, taken.getLong(1)) : Map.of();
          }
        });
  }
}
