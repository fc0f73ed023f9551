package io.tourbillon.bench.durable;

import io.tourbillon.bench.subject.Family;
import io.tourbillon.bench.subject.Subject;
import java.io.IOException;
import java.sql.SQLException;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.sqlite.SQLiteDataSource;

/** The services of durable timers that are compared, each with its database. */
public enum DurableKind implements Subject {
  /** Ours in a file. */
  OURS_SQLITE(Family.OURS_SQLITE, "DurableTimers, default options; SQLite, WAL, synchronous=FULL") {
    @Override
    public Database newDatabase() throws IOException {
      return SqliteDatabase.make();
    }

    @Override
    public DurableSubject open(String url, @Nullable IntConsumer handler) {
      SQLiteDataSource source = new SQLiteDataSource();
      source.setUrl(url);
      return new OurDurables(source, handler);
    }
  },

  /** Ours on a server. */
  OURS_POSTGRES(
      Family.OURS_POSTGRES,
      "DurableTimers, default options; PostgreSQL on the loopback address, "
          + String.join(", ", PostgresDatabase.SETTINGS)) {
    @Override
    public DurableSubject open(String url, @Nullable IntConsumer handler) {
      PGSimpleDataSource source = new PGSimpleDataSource();
      source.setUrl(url);
      return new OurDurables(source, handler);
    }
  },

  /** The usual answer of today, on the same server. */
  DB_SCHEDULER(
      Family.DB_SCHEDULER,
      "db-scheduler, scheduleBatch, pollUsingLockAndFetch("
          + DbSchedulerTimers.LOWER_LIMIT
          + ", "
          + DbSchedulerTimers.UPPER_LIMIT
          + "), a poll each 10 ms, "
          + DbSchedulerTimers.THREADS
          + " threads, HikariCP; the same PostgreSQL") {
    @Override
    public DurableSubject open(String url, @Nullable IntConsumer handler) throws SQLException {
      return new DbSchedulerTimers(url, handler);
    }
  };

  private static final int PAYLOAD_BYTES = 32;

  private final Family family;
  private final String configuration;

  DurableKind(Family family, String configuration) {
    this.family = family;
    this.configuration = configuration;
  }

  @Override
  public Family family() {
    return family;
  }

  @Override
  public String configuration() {
    return configuration;
  }

  /** Why it cannot take part on this machine; empty if it can. */
  public String absence() {
    return this == OURS_SQLITE || PostgresPrograms.folder() != null ? "" : PostgresDatabase.MISSING;
  }

  /**
   * Starts a new database for it.
   *
   * @throws IllegalStateException if it cannot be started; the message says why
   */
  public Database newDatabase() throws IOException, InterruptedException {
    return PostgresDatabase.start();
  }

  /**
   * Opens the service.
   *
   * @param url of a database of this kind
   * @param handler receives the number of each timer that fires; null if none is to fire here
   */
  public abstract DurableSubject open(String url, @Nullable IntConsumer handler)
      throws SQLException;

  static byte[] newPayload() {
    return new byte[PAYLOAD_BYTES];
  }
}
