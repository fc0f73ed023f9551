package io.tourbillon.timer.durable;

import io.tourbillon.timer.internal.store.Check;
import io.tourbillon.timer.internal.store.FiringTransaction;
import io.tourbillon.timer.internal.store.Micros;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.Store;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A firing, and its transaction if it has asked for one. For the thread of the handler; a handler
 * may let others use it while it runs, so the transaction is guarded.
 */
final class LiveFiring implements Firing {
  private final Store store;
  private final int timeoutMillis;
  private final Row row;
  private final Check.Found found;
  private final long fence;

  /** Held while the transaction is begun or ended. */
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private @Nullable FiringTransaction transaction;

  /** Whether the handler has returned or thrown. */
  private boolean ended;

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
    lock.lock();
    try {
      if (ended) {
        throw new IllegalStateException(
            "the firing of "
                + row.key()
                + " has ended: its connection is for its handler, while that runs");
      }
      if (failed != null) {
        throw failed;
      }
      FiringTransaction begun = transaction;
      if (begun == null) {
        begun = begin();
      }
      return begun.connection();
    } finally {
      lock.unlock();
    }
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
      databaseFailed = true;
      throw refused("the transaction of " + row.key() + " failed", store.examined(failure));
    } catch (Throwable failure) {
      databaseFailed = true;
      throw refused("the transaction of " + row.key() + " failed", failure);
    }
    throw refused(row.key() + " was cancelled or replaced, or another process has fired it", null);
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
   * Commits the transaction, and begins none from now on.
   *
   * @return whether there is one
   * @throws DurableTimersException if the handler has asked for one and did not get it, or has
   *     caught a failure that has ended it
   */
  boolean commit() throws SQLException {
    lock.lock();
    try {
      ended = true;
      if (failed != null) {
        throw failed;
      }
      FiringTransaction begun = transaction;
      if (begun == null) {
        return false;
      }
      commit(begun);
      transaction = null;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void commit(FiringTransaction begun) throws SQLException {
    boolean committed;
    try {
      committed = begun.commit();
    } catch (SQLException failure) {
      databaseFailed = store.isOfTheDatabase(failure);
      throw store.examined(failure);
    } catch (RuntimeException | Error failure) {
      databaseFailed = true; // The heap is full, for example.
      throw failure;
    }
    if (!committed) {
      throw new DurableTimersException(
          "the transaction of "
              + row.key()
              + " was ended by a statement that failed, and the handler has caught that failure:"
              + " it needs a savepoint before such a statement",
          null);
    }
  }

  /** Rolls the transaction back if there is one, and begins none from now on. */
  void rollback() {
    lock.lock();
    try {
      ended = true;
      FiringTransaction begun = transaction;
      if (begun != null) {
        transaction = null;
        begun.rollback();
      }
    } finally {
      lock.unlock();
    }
  }
}
