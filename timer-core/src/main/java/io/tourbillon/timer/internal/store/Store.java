package io.tourbillon.timer.internal.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The tables of durable timers in one database: what differs between SQLite and PostgreSQL.
 * Thread-safe.
 */
public abstract class Store {
  private static final Pattern PREFIX = Pattern.compile("[a-z][a-z0-9_]{0,29}");
  private static final int CREATE_ATTEMPTS = 10;

  /** The state of a statement in a transaction that an earlier failure has ended. */
  private static final String ABORTED = "25P02";

  private static final long CREATE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

  /** The end of an insertion: a timer under the same key is replaced, also a dead one. */
  static final String REPLACE =
      """
      ON CONFLICT (handler, timer_key) DO UPDATE SET shard = excluded.shard, due = excluded.due,
        version = excluded.version, written = excluded.written, attempts = 0, dead = 0,
        payload = excluded.payload, error = NULL\
      """;

  private static final String LEASED =
      "n.node IS NOT NULL AND n.lease_until > @now AND n.lease_until / 2 - @now / 2 <= n.lease"
          + " AND n.lease_until <= 9223372036854775807 AND n.lease <= 9223372036854775807";

  /** How long a connection may take to open for a user or a firing, which may wait in a pool. */
  private static final int OPEN_MILLIS = 30_000;

  /** How many connections of users may hang while they are opened, and how many of firings. */
  private static final int MOST_HANGING = 32;

  private final DataSource source;
  private final LimitedOpener questions = new LimitedOpener(MOST_HANGING, OPEN_MILLIS);
  private final LimitedOpener firings = new LimitedOpener(MOST_HANGING, OPEN_MILLIS);

  /** The database, in texts. */
  private final String name;

  /**
   * What has told that the tables are damaged; null while they are sound. Any thread writes it, and
   * all read it before they use a connection.
   */
  private volatile @Nullable SQLException damage;

  /** What the names of the tables begin with. */
  final String prefix;

  Store(DataSource source, String name, String prefix) {
    this.source = source;
    this.name = name;
    this.prefix = prefix;
  }

  /**
   * Finds out which database it is.
   *
   * @param prefix what the names of the tables begin with
   * @throws IllegalArgumentException if the database is neither, or the prefix is no identifier
   */
  public static Store of(DataSource source, String prefix) throws SQLException {
    if (!PREFIX.matcher(prefix).matches()) {
      throw new IllegalArgumentException(
          "tablePrefix must be a letter and up to 29 letters, digits or _, in lower case: "
              + prefix);
    }
    String product;
    String version;
    String name;
    LimitedOpener first = new LimitedOpener(1, OPEN_MILLIS);
    try (Connection connection = first.openOrFail(source::getConnection)) {
      product = connection.getMetaData().getDatabaseProductName();
      version = connection.getMetaData().getDatabaseProductVersion();
      name = withoutOptions(connection.getMetaData().getURL());
    }
    return switch (product) {
      case "SQLite" -> new SqliteStore(source, name, prefix);
      // YugabyteDB, whose version has YB in it, hands out numbers of a sequence in blocks.
      case "PostgreSQL", "CockroachDB", "YugabyteDB" ->
          new PostgresStore(
              source, name, prefix, version.contains("YB") || product.startsWith("Yuga"));
      default ->
          throw new IllegalArgumentException(
              "durable timers need SQLite or PostgreSQL, and the database is " + product);
    };
  }

  /** A password may be among the options. */
  private static String withoutOptions(@Nullable String url) {
    return url == null ? "a database" : url.replaceFirst("(?s)[?].*", "");
  }

  /** Names the database. */
  @Override
  public final String toString() {
    return name;
  }

  /** Whether a failure tells that the tables are damaged, so that to write could make it worse. */
  boolean isDamage(SQLException failure) {
    return false;
  }

  /**
   * Looks at a failure. After one that tells of damage, there are no connections any more, until
   * another service is built on the database.
   *
   * @return what to tell of it
   */
  public final SQLException examined(SQLException failure) {
    if (!isDamage(failure) || isDamaged()) {
      return failure;
    }
    SQLException told =
        new SQLException(
            "the tables in " + name + " are damaged, and left as they are: " + failure.getMessage(),
            failure.getSQLState(),
            failure.getErrorCode(),
            failure);
    damage = told;
    return told;
  }

  /** Whether a failure has told of damage. */
  public final boolean isDamaged() {
    return damage != null;
  }

  /** Throws if a failure has told of damage. */
  public final void requireSound() throws SQLException {
    SQLException known = damage;
    if (known != null) {
      throw new SQLException(
          known.getMessage(), known.getSQLState(), known.getErrorCode(), known.getCause());
    }
  }

  /**
   * Opens a connection of its own.
   *
   * @param timeoutMillis how long the network may be silent before a statement fails
   */
  public final StoreSession open(int timeoutMillis) throws SQLException {
    Connection connection = connection();
    try {
      return sessionOn(connection, guard(connection, timeoutMillis), timeoutMillis);
    } catch (SQLException | RuntimeException | Error failure) {
      connection.close();
      throw failure;
    }
  }

  /** Opens a connection as {@link #open} does, within half a minute. */
  public final StoreSession openWithinLimit(int timeoutMillis) throws SQLException {
    return questions.openOrFail(() -> open(timeoutMillis));
  }

  /** Makes a session of a connection, which the caller closes if that fails. */
  abstract StoreSession sessionOn(Connection connection, Guard guard, int timeoutMillis)
      throws SQLException;

  /** The limit for the waits of a connection. */
  abstract Guard guard(Connection connection, int timeoutMillis);

  /** Called when a node has ended. */
  public void left(String node) {}

  /** Waits until a firing may begin a transaction. */
  void enterFiring() throws SQLException {}

  /** Called when the transaction of a firing has ended. */
  void leaveFiring() {}

  /**
   * Begins the transaction of a firing.
   *
   * @param timeoutMillis how long the network may be silent in statements of ours
   */
  public final FiringTransaction begin(int timeoutMillis) throws SQLException {
    return FiringTransaction.begin(this, timeoutMillis);
  }

  /** The statements that make the tables, if they are not there. Each may be repeated. */
  public abstract List<String> schema(int shards);

  /** How many shards a new schema has unless the user chooses. */
  public abstract int defaultShards();

  /** The database's clock as an expression, in microseconds since 1970. */
  abstract String now();

  /** The end of a selection of shards s that are to be changed, if others may hold them. */
  String skipLocked() {
    return "";
  }

  /** What a failed transaction says of its changes. */
  public abstract FailureKind kindOf(SQLException failure);

  /**
   * Whether the database is to blame for a commit that has failed, and not what the transaction has
   * written.
   */
  public abstract boolean isOfTheDatabase(SQLException atCommit);

  /** Whether a transaction that failed with it may have been committed all the same. */
  public abstract boolean isAmbiguous(SQLException failure);

  /**
   * Makes the tables if they are not there. Processes may do so at the same time: what one of them
   * has just made lets statements of the others fail, and the next attempt finds it.
   */
  public final void create(int shards) throws SQLException {
    for (int attempt = 1; ; attempt++) {
      try {
        createOnce(shards);
        return;
      } catch (SQLException failure) {
        if (attempt == CREATE_ATTEMPTS || isDamage(failure)) {
          throw failure;
        }
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(CREATE_PAUSE_NANOS) * attempt);
      }
    }
  }

  private void createOnce(int shards) throws SQLException {
    try (Connection connection = questions.openOrFail(source::getConnection);
        Statement statement = connection.createStatement()) {
      for (String sql : schema(shards)) {
        statement.execute(sql);
      }
      if (!connection.getAutoCommit()) {
        connection.commit();
      }
    }
  }

  /** Writes a timer, and a notice of it, in the transaction of a caller. */
  public final void put(Connection transaction, Row row, byte[] payload) throws SQLException {
    try (PreparedStatement put = transaction.prepareStatement(putSql())) {
      setPut(put, row, payload);
      put.executeUpdate();
    }
    try (PreparedStatement notice = transaction.prepareStatement(noticeSql())) {
      setNotice(notice, row);
      notice.executeUpdate();
    }
  }

  /**
   * Removes a timer in the transaction of a caller.
   *
   * @return whether there was one
   */
  public final boolean remove(Connection transaction, TimerKey key) throws SQLException {
    try (PreparedStatement remove =
        transaction.prepareStatement(
            sql("DELETE FROM #timers WHERE handler = ? AND timer_key = ?"))) {
      remove.setString(1, key.handler());
      remove.setString(2, key.key());
      return remove.executeUpdate() == 1;
    }
  }

  /**
   * Removes a timer in the transaction that fires it.
   *
   * @return whether it was there in this version
   */
  final boolean end(Connection transaction, Row row) throws SQLException {
    try (PreparedStatement end =
        transaction.prepareStatement(
            sql("DELETE FROM #timers WHERE handler = ? AND timer_key = ? AND version = ?"))) {
      end.setString(1, row.key().handler());
      end.setString(2, row.key().key());
      end.setLong(3, row.version());
      return end.executeUpdate() == 1;
    }
  }

  /**
   * Whether a timer is there in this version, as the transaction that fires it sees it; also if
   * that transaction can not see anything any more.
   */
  final boolean isThere(Connection transaction, Row row) throws SQLException {
    try (PreparedStatement select =
        transaction.prepareStatement(
            sql("SELECT 1 FROM #timers WHERE handler = ? AND timer_key = ? AND version = ?"))) {
      select.setString(1, row.key().handler());
      select.setString(2, row.key().key());
      select.setLong(3, row.version());
      try (ResultSet found = select.executeQuery()) {
        return found.next();
      }
    } catch (SQLException failure) {
      if (ABORTED.equals(failure.getSQLState())) {
        return true;
      }
      throw failure;
    }
  }

  private Connection connection() throws SQLException {
    requireSound();
    return source.getConnection();
  }

  /** Opens a connection for a firing, within half a minute. */
  final Connection firingConnection() throws SQLException {
    return firings.openOrFail(this::connection);
  }

  final String putSql() {
    return sql(
        """
        INSERT INTO #timers
          (handler, timer_key, shard, due, version, written, attempts, dead, payload)
        VALUES (?, ?, ?, ?, ?, @now, 0, 0, ?)
        """
            + REPLACE);
  }

  static void setPut(PreparedStatement put, Row row, byte[] payload) throws SQLException {
    put.setString(1, row.key().handler());
    put.setString(2, row.key().key());
    put.setInt(3, row.shard());
    put.setLong(4, row.dueMicros());
    put.setLong(5, row.version());
    put.setBytes(6, payload);
  }

  final String noticeSql() {
    return sql("INSERT INTO #notices (shard, handler, timer_key) VALUES (?, ?, ?)");
  }

  static void setNotice(PreparedStatement notice, Row row) throws SQLException {
    notice.setInt(1, row.shard());
    notice.setString(2, row.key().handler());
    notice.setString(3, row.key().key());
  }

  /**
   * Puts the prefix of the tables for {@code #}, the clock for {@code @now}, and whether a row n of
   * nodes has a lease for {@code @leased}. A lease that ends later than it can is one from before
   * the database's clock was set back: others would wait for that long.
   *
   * <p>A row that somebody has edited must stop nobody. So nothing overflows here, and in SQLite,
   * where any value may stand in a column and texts are greater than numbers, only numbers and
   * nodes that have a name count.
   */
  final String sql(String text) {
    return text.replace("@leased", LEASED).replace("#", prefix).replace("@now", now());
  }
}
