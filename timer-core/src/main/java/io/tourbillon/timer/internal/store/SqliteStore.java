package io.tourbillon.timer.internal.store;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Tables in an SQLite file. There is one shard: one process fires, and others that open the same
 * file stand by. The database's clock is that of the machine, in milliseconds.
 */
final class SqliteStore extends Store {
  static final int BUSY = 5;

  /** How long a transaction waits for another process that holds the file. */
  private static final int BUSY_MILLIS = 30_000;

  private static final int ERROR = 1;
  private static final int CORRUPT = 11;
  private static final int TOO_BIG = 18;
  private static final int CONSTRAINT = 19;
  private static final int MISMATCH = 20;
  private static final int RANGE = 25;
  private static final int NO_DATABASE = 26;

  private static final String URL_PREFIX = "jdbc:sqlite:";

  private final WriteGate gate = new WriteGate();

  /** Null for a database in memory, and for a URL with another syntax. */
  private final @Nullable Path file;

  /** Nodes that must not join again. Guarded by this object's lock. */
  private final Set<String> left = new HashSet<>();

  SqliteStore(DataSource source, String name, String prefix) {
    super(source, name, prefix);
    file = fileOf(name);
  }

  private static @Nullable Path fileOf(String url) {
    String path = url.startsWith(URL_PREFIX) ? url.substring(URL_PREFIX.length()) : "";
    return path.isEmpty() || path.startsWith(":") || path.startsWith("file:")
        ? null
        : Path.of(path);
  }

  /** Shows the other processes that the process of a node lives, until the node has left. */
  synchronized void join(String node) throws SQLException {
    if (file != null && !left.contains(node)) {
      try {
        LiveNodes.hold(file, node);
      } catch (IOException failure) {
        throw new SQLException("no lock beside the file " + file + ": " + failure, failure);
      }
    }
  }

  /** Whether the process of a node has ended, as far as is known. */
  boolean isDead(String node) {
    try {
      return file != null && LiveNodes.isDead(file, node);
    } catch (IOException failure) {
      return false; // Its lease tells.
    }
  }

  @Override
  public synchronized void left(String node) {
    left.add(node);
    if (file != null) {
      try {
        LiveNodes.release(file, node);
      } catch (IOException failure) {
        // The end of the process releases it.
      }
    }
  }

  @Override
  StoreSession sessionOn(Connection connection, Guard guard, int timeoutMillis)
      throws SQLException {
    return new SqliteSession(this, connection, guard, gate);
  }

  @Override
  Guard guard(Connection connection, int timeoutMillis) {
    return Guard.ofFile(connection, BUSY_MILLIS);
  }

  @Override
  void enterFiring() throws SQLException {
    gate.enterFiring();
  }

  @Override
  void leaveFiring() {
    gate.leaveFiring();
  }

  @Override
  public List<String> schema(int shards) {
    return List.of(
        "PRAGMA busy_timeout = " + BUSY_MILLIS,
        // Readers do not wait for the writer, and a commit is one write of the file.
        "PRAGMA journal_mode = WAL",
        sql(
            """
            CREATE TABLE IF NOT EXISTS #timers (
              handler TEXT NOT NULL,
              timer_key TEXT NOT NULL,
              shard INTEGER NOT NULL,
              due INTEGER NOT NULL,
              version INTEGER NOT NULL,
              written INTEGER NOT NULL DEFAULT 0,
              attempts INTEGER NOT NULL,
              dead INTEGER NOT NULL,
              error TEXT,
              payload BLOB NOT NULL,
              PRIMARY KEY (handler, timer_key)) STRICT, WITHOUT ROWID"""),
        sql(
            """
            CREATE INDEX IF NOT EXISTS #due ON #timers (shard, due, handler, timer_key)
              WHERE dead = 0"""),
        sql("CREATE INDEX IF NOT EXISTS #dead ON #timers (handler, timer_key) WHERE dead = 1"),
        sql(
            """
            CREATE TABLE IF NOT EXISTS #shards (
              shard INTEGER PRIMARY KEY, owner TEXT, epoch INTEGER NOT NULL,
              owned_until INTEGER NOT NULL DEFAULT 0)"""),
        sql(
            """
            CREATE TABLE IF NOT EXISTS #nodes (
              node TEXT PRIMARY KEY, lease INTEGER NOT NULL, lease_until INTEGER NOT NULL)"""),
        sql(
            """
            CREATE TABLE IF NOT EXISTS #handlers (
              node TEXT NOT NULL, handler TEXT NOT NULL, PRIMARY KEY (node, handler))"""),
        sql(
            """
            CREATE TABLE IF NOT EXISTS #notices (
              id INTEGER PRIMARY KEY AUTOINCREMENT, shard INTEGER NOT NULL,
              handler TEXT NOT NULL, timer_key TEXT NOT NULL)"""),
        sql("CREATE INDEX IF NOT EXISTS #noticed ON #notices (shard, id)"),
        sql(
            "INSERT INTO #shards (shard, owner, epoch) VALUES (0, NULL, 0) ON CONFLICT DO NOTHING"));
  }

  @Override
  public int defaultShards() {
    return 1;
  }

  @Override
  String now() {
    // 'now' is the same in all parts of a statement. Whole numbers: a double would round.
    return "(CAST(strftime('%s', 'now') AS INTEGER) * 1000000"
        + " + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER) * 1000)";
  }

  @Override
  public FailureKind kindOf(SQLException failure) {
    return switch (failure.getErrorCode() & 0xff) {
      case TOO_BIG, CONSTRAINT, MISMATCH, RANGE -> FailureKind.REFUSED;
      case 0, ERROR -> FailureKind.EACH;
      default -> FailureKind.WHOLE; // All others concern the file: busy, full, read-only, broken.
    };
  }

  @Override
  public boolean isOfTheDatabase(SQLException atCommit) {
    int code = atCommit.getErrorCode() & 0xff;
    return code != ERROR && kindOf(atCommit) != FailureKind.REFUSED;
  }

  @Override
  boolean isDamage(SQLException failure) {
    int code = failure.getErrorCode() & 0xff;
    return code == CORRUPT || code == NO_DATABASE;
  }

  /** A transaction that has failed is not in the file. */
  @Override
  public boolean isAmbiguous(SQLException failure) {
    return false;
  }
}
