package io.tourbillon.timer.internal.store;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * The transaction of a firing, which removes its timer together with the effects of its handler.
 * For one thread.
 */
public final class FiringTransaction {
  private final Store store;
  private final Connection connection;
  private final Guard guard;

  private FiringTransaction(Store store, Connection connection, Guard guard) {
    this.store = store;
    this.connection = connection;
    this.guard = guard;
  }

  /** Waits until the database has room for it, and begins it. */
  static FiringTransaction begin(Store store, int timeoutMillis) throws SQLException {
    store.enterFiring();
    boolean begun = false;
    try {
      Connection connection = store.connection();
      try {
        Guard guard = store.guard(connection, timeoutMillis);
        connection.setAutoCommit(false);
        begun = true;
        return new FiringTransaction(store, connection, guard);
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

  /** Where the handler works. */
  public Connection connection() {
    return connection;
  }

  /**
   * Removes the timer.
   *
   * @return whether it was there in this version; if not, the caller rolls back
   */
  public boolean remove(Row row) throws SQLException {
    guard.on();
    boolean removed = store.end(connection, row);
    guard.off(); // The handler takes the time that it needs.
    return removed;
  }

  /** Commits. If that fails, the caller rolls back. */
  public void commit() throws SQLException {
    guard.on();
    connection.commit();
    close();
  }

  /** Ends the transaction without effect. */
  public void rollback() {
    try {
      guard.on();
      connection.rollback();
    } catch (SQLException broken) {
      // Then nothing of it was committed.
    } finally {
      close();
    }
  }

  private void close() {
    try (connection) {
      connection.setAutoCommit(true); // It may go back to a pool.
      guard.off();
    } catch (SQLException broken) {
      // Its transaction has ended before.
    } finally {
      store.leaveFiring();
    }
  }
}
