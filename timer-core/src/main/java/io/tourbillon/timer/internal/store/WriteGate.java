package io.tourbillon.timer.internal.store;

import java.sql.SQLException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Lets the writers of one SQLite file through one after the other, in the order in which they came.
 * SQLite itself lets writers try again and again, and refuses those that had no luck for a while.
 *
 * <p>A firing with a transaction first waits among the firings, and only then with the others: so
 * the writer and the keeper of a service wait for one firing at most, however many there are.
 */
final class WriteGate {
  private static final long MOST_SECONDS = 30;

  private final Semaphore gate = new Semaphore(1, true);
  private final Semaphore firings = new Semaphore(1, true);

  /**
   * Waits for the other writers of this process.
   *
   * @throws SQLException if a firing has held the file for half a minute
   */
  void enter() throws SQLException {
    acquire(gate);
  }

  void leave() {
    gate.release();
  }

  /**
   * Waits for its turn.
   *
   * @throws SQLException if that does not come within half a minute. The firing that holds the file
   *     may need what this one keeps while it waits, such as a thread of a pool
   */
  void enterFiring() throws SQLException {
    acquire(firings);
    boolean entered = false;
    try {
      acquire(gate);
      entered = true;
    } finally {
      if (!entered) {
        firings.release();
      }
    }
  }

  private static void acquire(Semaphore turn) throws SQLException {
    try {
      if (!turn.tryAcquire(MOST_SECONDS, TimeUnit.SECONDS)) {
        throw new SQLException(
            "transactions of firings have held the file for " + MOST_SECONDS + " s",
            null,
            SqliteStore.BUSY);
      }
    } catch (InterruptedException stopped) {
      throw interrupted();
    }
  }

  void leaveFiring() {
    gate.release();
    firings.release();
  }

  private static SQLException interrupted() {
    Thread.currentThread().interrupt();
    return new SQLException("interrupted while another transaction held the file");
  }
}
