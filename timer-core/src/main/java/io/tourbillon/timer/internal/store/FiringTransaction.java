package io.tourbillon.timer.internal.store;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The transaction of a firing, which removes its timer together with the effects of its handler.
 * For one thread at a time.
 */
public final class FiringTransaction {
  private final Store store;
  private final Connection connection;
  private final Guard guard;
  private final Connection ofTheHandler;
  private @Nullable Row removed;
  private boolean closed;

  private FiringTransaction(Store store, Connection connection, Guard guard) {
    this.store = store;
    this.connection = connection;
    this.guard = guard;
    this.ofTheHandler = FiringConnection.of(connection);
  }

  /** Waits until the database has room for it, and begins it. */
  static FiringTransaction begin(Store store, int timeoutMillis) throws SQLException {
    store.enterFiring();
    boolean begun = false;
    try {
      Connection connection = store.firingConnection();
      try {
        Guard guard = store.guard(connection, timeoutMillis);
        connection.setAutoCommit(false);
        FiringTransaction transaction = new FiringTransaction(store, connection, guard);
        begun = true;
        return transaction;
      } finally {
        if (!begun) {
          connection.close();
        }
      }
    } finally {
      if (!begun) {
        store.leaveFiring();
      }
    }
  }

  /** Where the handler works. It can not end the transaction. */
  public Connection connection() {
    return ofTheHandler;
  }

  /**
   * Removes the timer.
   *
   * @return whether it was there in this version; if not, the caller rolls back
   */
  public boolean remove(Row row) throws SQLException {
    guard.on();
    boolean found = store.end(connection, row);
    guard.off(); // The handler takes the time that it needs.
    if (found) {
      removed = row;
    }
    return found;
  }

  /**
   * Commits. If that fails, the caller rolls back.
   *
   * <p>A statement of the handler that has failed may have ended the transaction, also if the
   * handler has caught the failure: each does in PostgreSQL, where a commit then rolls back and
   * says nothing, and some do in SQLite. So this asks first whether the timer is still removed.
   *
   * @return false if the transaction was ended so; then the caller rolls back
   */
  public boolean commit() throws SQLException {
    guard.on();
    Row row = removed;
    if (row == null || store.isThere(connection, row)) {
      return false;
    }
    connection.commit();
    close(true);
    return true;
  }

  /** Ends the transaction without effect. Throws nothing, whatever fails. */
  public void rollback() {
    boolean ended = false;
    try {
      guardIfPossible();
      connection.rollback();
      ended = true;
    } catch (Throwable broken) {
      // The end of the connection is the end of the transaction.
    } finally {
      close(ended);
    }
  }

  /** Without its limit, a rollback is still better than none. */
  private void guardIfPossible() {
    try {
      guard.on();
    } catch (Throwable failure) {
      // The rollback tells whether the connection is broken.
    }
  }

  /**
   * Closes the connection, once. Throws nothing: what was committed must not count as failed.
   *
   * @param ended whether the transaction has ended for certain. If not, autocommit stays off,
   *     because to turn it on commits
   */
  private void close(boolean ended) {
    if (closed) {
      return;
    }
    closed = true;
    try (connection) {
      if (ended) {
        connection.setAutoCommit(true); // It may go back to a pool.
        guard.off();
      } else {
        connection.abort(Runnable::run);
      }
    } catch (Throwable broken) {
      // Its transaction has ended, or ends with it.
    } finally {
      store.leaveFiring();
    }
  }
}
