package io.tourbillon.timer.durable;

import io.tourbillon.timer.internal.store.Check;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.Store;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A firing, and its transaction if it has asked for one. For the thread of the handler. */
final class LiveFiring implements Firing {
  private final Store store;
  private final Row row;
  private final Check.Found found;
  private final long fence;
  private @Nullable Connection transaction;

  /** Why there is no transaction, although the handler has asked for one. */
  private @Nullable DurableTimersException failed;

  /** The timer was gone when the transaction began. */
  private boolean superseded;

  LiveFiring(Store store, Row row, Check.Found found, long fence) {
    this.store = store;
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
    Connection begun = transaction;
    if (begun != null) {
      return begun;
    }
    try {
      Connection connection = store.connection();
      transaction = connection;
      connection.setAutoCommit(false);
      superseded = !store.end(connection, row);
      if (!superseded) {
        return connection;
      }
    } catch (SQLException failure) {
      throw refused("the transaction of " + row.key() + " failed", failure);
    }
    throw refused(row.key() + " was cancelled or replaced, or another process has fired it", null);
  }

  /**
   * Ends the transaction at once: a handler that asks again must not get it without the removal.
   */
  private DurableTimersException refused(String message, @Nullable SQLException cause) {
    DurableTimersException refusal = new DurableTimersException(message, cause);
    failed = refusal;
    rollback();
    return refusal;
  }

  boolean isSuperseded() {
    return superseded;
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
    Connection connection = transaction;
    if (connection == null) {
      return false;
    }
    connection.commit();
    close(connection);
    return true;
  }

  void rollback() {
    Connection connection = transaction;
    if (connection != null) {
      try {
        connection.rollback();
      } catch (SQLException broken) {
        // Then nothing of it was committed.
      } finally {
        close(connection);
      }
    }
  }

  private void close(Connection connection) {
    transaction = null;
    try (connection) {
      connection.setAutoCommit(true); // It may go back to a pool.
    } catch (SQLException broken) {
      // Its transaction has ended before.
    }
  }
}
