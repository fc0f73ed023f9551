package io.tourbillon.timer.internal.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Tables in PostgreSQL, or in a database that speaks its protocol and dialect. */
final class PostgresStore extends Store {
  /** Connections, a standby, lack of room, stops by an operator, failures of the system. */
  private static final Set<String> OF_THE_DATABASE = Set.of("08", "25", "53", "57", "58");

  /** Values that are out of range, that a constraint forbids, or that are beyond a limit. */
  private static final Set<String> OF_A_VALUE = Set.of("22", "23", "54");

  /** The server has answered, so it has rolled back. */
  private static final Set<String> CERTAIN = Set.of("0A", "22", "23", "25", "42", "53", "54", "55");

  /** The server has rolled back because of another transaction. */
  private static final Set<String> OF_CONFLICTS = Set.of("40", "55");

  private static final String CANCELLED = "57014";
  private static final String OUT_OF_MEMORY = "53200";
  private static final String UNKNOWN_COMPLETION = "40003";

  /** Whether sequences may hand out a lower number after a greater one. */
  private final boolean countsInTable;

  /** Written by any thread that opens a session, read by all of them; all find the same. */
  private volatile @Nullable PostgresSettings settings;

  PostgresStore(DataSource source, String name, String prefix, boolean countsInTable) {
    super(source, name, prefix);
    this.countsInTable = countsInTable;
  }

  @Override
  StoreSession sessionOn(Connection connection, Guard guard, int timeoutMillis)
      throws SQLException {
    return new PostgresSession(this, connection, guard, timeoutMillis);
  }

  @Override
  Guard guard(Connection connection, int timeoutMillis) {
    return Guard.ofNetwork(connection, timeoutMillis);
  }

  /** What sessions set. The first one asks the server. */
  PostgresSettings settings(Connection connection) throws SQLException {
    PostgresSettings known = settings;
    if (known == null) {
      known = PostgresSettings.of(connection);
      settings = known;
    }
    return known;
  }

  /** A statement that returns a number greater than all before. */
  String nextFence() {
    return countsInTable
        ? sql("UPDATE #fences SET fence = fence + 1 RETURNING fence")
        : sql("SELECT nextval('#fence')");
  }

  @Override
  public List<String> schema(int shards) {
    List<String> statements = new ArrayList<>();
    statements.add(
        """
        CREATE TABLE IF NOT EXISTS #timers (
          handler TEXT COLLATE "C" NOT NULL,
          timer_key TEXT COLLATE "C" NOT NULL,
          shard INT NOT NULL,
          due BIGINT NOT NULL,
          version BIGINT NOT NULL,
          written BIGINT NOT NULL DEFAULT 0,
          attempts INT NOT NULL,
          dead INT NOT NULL,
          error TEXT,
          payload BYTEA NOT NULL,
          PRIMARY KEY (handler, timer_key))""");
    statements.add(
        """
        CREATE INDEX IF NOT EXISTS #due ON #timers (shard, due, handler, timer_key)
          WHERE dead = 0""");
    statements.add(
        "CREATE INDEX IF NOT EXISTS #dead ON #timers (handler, timer_key) WHERE dead = 1");
    statements.add(
        """
        CREATE TABLE IF NOT EXISTS #shards (
          shard INT PRIMARY KEY, owner TEXT, epoch BIGINT NOT NULL,
          owned_until BIGINT NOT NULL DEFAULT 0)""");
    statements.add(
        """
        CREATE TABLE IF NOT EXISTS #nodes (
          node TEXT PRIMARY KEY, lease BIGINT NOT NULL, lease_until BIGINT NOT NULL)""");
    statements.add(
        """
        CREATE TABLE IF NOT EXISTS #handlers (
          node TEXT NOT NULL, handler TEXT NOT NULL, PRIMARY KEY (node, handler))""");
    statements.add(
        """
        CREATE TABLE IF NOT EXISTS #batches (
          node TEXT PRIMARY KEY, number BIGINT NOT NULL, found TEXT NOT NULL,
          written BIGINT NOT NULL)""");
    statements.add(
        """
        CREATE TABLE IF NOT EXISTS #notices (
          id BIGSERIAL PRIMARY KEY, shard INT NOT NULL,
          handler TEXT NOT NULL, timer_key TEXT NOT NULL)""");
    statements.add("CREATE INDEX IF NOT EXISTS #noticed ON #notices (shard, id)");
    // One for epochs and fences, so that a fence that is drawn later is greater than all epochs.
    if (countsInTable) {
      statements.add(
          "CREATE TABLE IF NOT EXISTS #fences (id INT PRIMARY KEY, fence BIGINT NOT NULL)");
      statements.add("INSERT INTO #fences (id, fence) VALUES (0, 0) ON CONFLICT DO NOTHING");
    } else {
      statements.add("CREATE SEQUENCE IF NOT EXISTS #fence");
    }
    statements.add(
        "INSERT INTO #shards (shard, owner, epoch) SELECT n, NULL, 0 FROM generate_series(0, "
            + (shards - 1)
            + ") AS s(n) WHERE NOT EXISTS (SELECT 1 FROM #shards)");
    return statements.stream().map(this::sql).toList();
  }

  @Override
  public int defaultShards() {
    return 64;
  }

  @Override
  String skipLocked() {
    return " FOR UPDATE OF s SKIP LOCKED";
  }

  @Override
  String now() {
    // Not now(), which is when the transaction began.
    return "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
  }

  private static String classOf(SQLException failure) {
    String state = failure.getSQLState();
    return state == null || state.length() < 2 ? "" : state.substring(0, 2);
  }

  @Override
  public FailureKind kindOf(SQLException failure) {
    String state = failure.getSQLState();
    if (CANCELLED.equals(state) || OUT_OF_MEMORY.equals(state)) {
      return FailureKind.EACH; // Perhaps it was too much at once.
    }
    if (OF_THE_DATABASE.contains(classOf(failure))) {
      return FailureKind.WHOLE;
    }
    return OF_A_VALUE.contains(classOf(failure)) ? FailureKind.REFUSED : FailureKind.EACH;
  }

  /** Neither a constraint nor a trigger that is checked at the commit. */
  @Override
  public boolean isOfTheDatabase(SQLException atCommit) {
    String ofItsClass = classOf(atCommit);
    return ofItsClass.isEmpty()
        || OF_THE_DATABASE.contains(ofItsClass)
        || OF_CONFLICTS.contains(ofItsClass);
  }

  @Override
  public boolean isAmbiguous(SQLException failure) {
    String state = failure.getSQLState();
    if (UNKNOWN_COMPLETION.equals(state)) {
      return true;
    }
    return !CERTAIN.contains(classOf(failure))
        && !classOf(failure).equals("40")
        && !CANCELLED.equals(state);
  }
}
