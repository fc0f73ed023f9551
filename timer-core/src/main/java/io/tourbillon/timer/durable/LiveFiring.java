package io.tourbillon.timer.durable;

import io.tourbillon.timer.internal.store.Check;
import io.tourbillon.timer.internal.store.FailureKind;
import io.tourbillon.timer.internal.store.FiringTransaction;
import io.tourbillon.timer.internal.store.Micros;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.Store;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A firing, and its transaction if it has asked for one. For the thread of the handler. */
final class LiveFiring implements Firing {
  private final Store store;
  private final int timeoutMillis;
  private final Row row;
  private final Check.Found found;
  private final long fence;
  private @Nullable FiringTransaction transaction;

  /** Why there is no transaction, although the handler has asked for one. */
  private @Nullable DurableTimersException failed;

  /** The timer was gone when the transaction began. */
  private boolean superseded;

  /** The database has failed, and not the handler. */
  private boolean databaseFailed;

  LiveFiring(Store store, int timeoutMillis, Row row, Check.Found found, long fence) {
    this.store = store;
    this.timeoutMillis = timeoutMillis;
    this.row = row;
    this.found = found;
    this.fence = fence;
  }

  @Override
  public String handler() {
    return row.key().handler();
  }

  @Override
  public String key() {
    return row.key().key();
  }

  @Override
  public Instant due() {
    return Micros.toInstant(row.dueMicros());
  }

  @Override
  public byte[] payload() {
    return found.payload().clone();
  }

  @Override
  public int attempt() {
    return found.attempts() + 1;
  }

  @Override
  public long fence() {
    return fence;
  }

  @Override
  public Connection connection() {
    DurableTimersException before = failed;
    if (before != null) {
      throw before;
    }
    FiringTransaction begun = transaction;
    if (begun == null) {
      begun = begin();
    }
    return begun.connection();
  }

  private FiringTransaction begin() {
    try {
      FiringTransaction begun = store.begin(timeoutMillis);
      if (removes(begun)) {
        transaction = begun;
        return begun;
      }
      superseded = true;
    } catch (SQLException failure) {
      databaseFailed = isOfTheDatabase(failure);
      throw refused("the transaction of " + row.key() + " failed", store.examined(failure));
    } catch (Throwable failure) {
      databaseFailed = true;
      throw refused("the transaction of " + row.key() + " failed", failure);
    }
    throw refused(row.key() + " was cancelled or replaced, or another process has fired it", null);
  }

  /**
   * What the database will never accept is not its failure: a constraint that is checked at the
   * commit, for example, refuses what the handler has written.
   */
  private boolean isOfTheDatabase(SQLException failure) {
    return store.kindOf(failure) != FailureKind.REFUSED;
  }

  /**
   * Removes the timer, or ends the transaction: the handler must not get it without the removal.
   */
  private boolean removes(FiringTransaction begun) throws SQLException {
    boolean removed = false;
    try {
      removed = begun.remove(row);
      return removed;
    } finally {
      if (!removed) {
        begun.rollback();
      }
    }
  }

  private DurableTimersException refused(String message, @Nullable Throwable cause) {
    DurableTimersException refusal = new DurableTimersException(message, cause);
    failed = refusal;
    return refusal;
  }

  boolean isSuperseded() {
    return superseded;
  }

  /**
   * Whether the transaction could not begin or be committed for a reason that is not the handler's,
   * so that this must not use up an attempt.
   */
  boolean isFailureOfDatabase() {
    return databaseFailed;
  }

  /**
   * Commits the transaction.
   *
   * @return whether there is one
   * @throws DurableTimersException if the handler has asked for one and did not get it
   */
  boolean commit() throws SQLException {
    if (failed != null) {
      throw failed;
    }
    FiringTransaction begun = transaction;
    if (begun == null) {
      return false;
    }
    try {
      begun.commit();
    } catch (SQLException failure) {
      databaseFailed = isOfTheDatabase(failure);
      throw store.examined(failure);
    }
    transaction = null;
    return true;
  }

  void rollback() {
    FiringTransaction begun = transaction;
    if (begun != null) {
      transaction = null;
      begun.rollback();
    }
  }
}
