package io.tourbillon.timer.durable;

import io.tourbillon.timer.internal.store.Check;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.Store;
import io.tourbillon.timer.internal.store.StoreSession;
import io.tourbillon.timer.internal.writer.SessionOpener;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Checks timers once more whose handlers begin long after their first check, because the executor
 * had no thread for them, or the process stood still. On the thread of the handler, with a
 * connection that is opened when it is needed first. Thread-safe.
 */
final class Rechecks {
  private final String node;
  private final SessionOpener opener;
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by the lock. */
  private @Nullable StoreSession session;

  /** Guarded by the lock. */
  private boolean closed;

  Rechecks(Store store, int timeoutMillis, String node) {
    this.node = node;
    this.opener = new SessionOpener(store, timeoutMillis);
  }

  /** Checks a timer as {@link StoreSession#check} does. */
  Check check(Row row) throws SQLException, InterruptedException {
    lock.lockInterruptibly();
    try {
      StoreSession known = session;
      if (known == null) {
        known = opener.open();
        session = known;
      }
      boolean checked = false;
      try {
        Check check = known.check(node, List.of(row));
        checked = true;
        return check;
      } finally {
        if (!checked || closed) {
          closeSession();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      closeSession();
    } finally {
      lock.unlock();
    }
  }

  private void closeSession() {
    StoreSession known = session;
    session = null;
    if (known != null) {
      known.close();
    }
  }
}
