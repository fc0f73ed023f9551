package io.tourbillon.timer.durable;

import io.tourbillon.timer.internal.store.Check;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.Store;
import io.tourbillon.timer.internal.store.StoreSession;
import io.tourbillon.timer.internal.writer.SessionLoop;
import io.tourbillon.timer.internal.writer.SessionOpener;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Checks timers once more whose handlers begin long after their first check, because the executor
 * had no thread for them, or the process stood still. On the thread of the handler, with a
 * connection that is opened when it is needed first. Thread-safe.
 */
final class Rechecks {
  private static final Check NOT_LEASED = new Check(0, 0, false, List.of());

  private final String node;
  private final long silenceNanos;
  private final SessionOpener opener;

  /** Held during a check, by the thread of its handler. */
  private final ReentrantLock lock = new ReentrantLock();

  /** Written under the lock; read by the watch and by the thread that closes. */
  private volatile @Nullable StoreSession session;

  /**
   * {@link System#nanoTime} when the check that runs began; 0 if none does. Written under the lock,
   * read by the watch.
   */
  private volatile long checkNanos;

  /** Set by the thread that closes, read by those of handlers. */
  private volatile boolean closed;

  Rechecks(Store store, int timeoutMillis, String node) {
    this.node = node;
    this.silenceNanos = 2 * TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    this.opener = new SessionOpener(store, timeoutMillis);
  }

  /** Checks a timer as {@link StoreSession#check} does. Without a lease once it is closed. */
  Check check(Row row) throws SQLException, InterruptedException {
    lock.lockInterruptibly();
    try {
      StoreSession known = opened();
      return known == null ? NOT_LEASED : check(known, row);
    } finally {
      lock.unlock();
    }
  }

  /** Returns null if it is closed. */
  private @Nullable StoreSession opened() throws SQLException, InterruptedException {
    StoreSession known = session;
    if (known == null && !closed) {
      known = opener.open();
      session = known;
    }
    if (closed) { // Perhaps while it was opened.
      closeSession();
      return null;
    }
    return known;
  }

  private Check check(StoreSession known, Row row) throws SQLException {
    boolean checked = false;
    checkNanos = System.nanoTime() | 1; // Not 0.
    try {
      Check check = known.check(node, List.of(row));
      checked = true;
      return check;
    } finally {
      checkNanos = 0;
      if (!checked || closed) {
        closeSession();
      }
    }
  }

  /** Breaks the connection of a check that hangs, as that of a loop is broken. Does not wait. */
  void breakIfSilent() {
    long sinceNanos = checkNanos;
    if (sinceNanos != 0 && System.nanoTime() - sinceNanos > silenceNanos) {
      abort();
    }
  }

  /**
   * Closes the connection, and breaks it if a check still uses it after a time.
   *
   * @return false if the thread was interrupted meanwhile
   */
  boolean close(long nanos) {
    closed = true;
    boolean locked = false;
    boolean interrupted = false;
    try {
      locked = lock.tryLock(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException stopped) {
      interrupted = true;
    }
    if (!locked) {
      abort(); // Then the check fails, and closes it.
      return !interrupted;
    }
    try {
      closeSession();
    } finally {
      lock.unlock();
    }
    return true;
  }

  private void abort() {
    StoreSession known = session;
    if (known != null) {
      SessionLoop.abort(known);
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
