package io.tourbillon.timer.internal.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;

/** Tables in PostgreSQL, or in a database that speaks its protocol and dialect. */
final class PostgresStore extends Store {
  /** Serialization failure, deadlock, lock not available. */
  private static final Set<String> TRANSIENT = Set.of("40001", "40P01", "55P03");

  PostgresStore(DataSource source, String prefix) {
    super(source, prefix);
  }

  @Override
  StoreSession sessionOn(Connection connection) throws SQLException {
    return new PostgresSession(this, connection);
  }

  @Override
  public List<String> schema(int shards) {
    return List.of(
        sql(
            """
            CREATE TABLE IF NOT EXISTS #timers (
              handler TEXT COLLATE "C" NOT NULL,
              timer_key TEXT COLLATE "C" NOT NULL,
              shard INT NOT NULL,
              due BIGINT NOT NULL,
              version BIGINT NOT NULL,
              attempts INT NOT NULL,
              dead INT NOT NULL,
              error TEXT,
              payload BYTEA NOT NULL,
              PRIMARY KEY (handler, timer_key))"""),
        sql("CREATE INDEX IF NOT EXISTS #due ON #timers (shard, due) WHERE dead = 0"),
        sql("CREATE INDEX IF NOT EXISTS #dead ON #timers (handler, timer_key) WHERE dead = 1"),
        sql(
            """
            CREATE TABLE IF NOT EXISTS #shards (
              shard INT PRIMARY KEY, owner TEXT, epoch BIGINT NOT NULL)"""),
        sql(
            """
            CREATE TABLE IF NOT EXISTS #nodes (
              node TEXT PRIMARY KEY, lease_until BIGINT NOT NULL)"""),
        sql(
            """
            CREATE TABLE IF NOT EXISTS #notices (
              id BIGSERIAL PRIMARY KEY, shard INT NOT NULL,
              handler TEXT NOT NULL, timer_key TEXT NOT NULL,
              due BIGINT NOT NULL, version BIGINT NOT NULL)"""),
        // One for epochs and fences, so that a fence that is drawn later is greater than all
        // epochs.
        sql("CREATE SEQUENCE IF NOT EXISTS #fence"),
        sql(
            "INSERT INTO #shards (shard, owner, epoch) SELECT n, NULL, 0 FROM generate_series(0, "
                + (shards - 1)
                + ") AS s(n) WHERE NOT EXISTS (SELECT 1 FROM #shards)"));
  }

  @Override
  public int defaultShards() {
    return 64;
  }

  @Override
  String now() {
    // Not now(), which is when the transaction began.
    return "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
  }

  @Override
  public boolean isTransient(SQLException failure) {
    return TRANSIENT.contains(failure.getSQLState());
  }
}
