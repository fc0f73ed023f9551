package io.tourbillon.timer.internal.writer;

import io.tourbillon.timer.internal.store.LimitedOpener;
import io.tourbillon.timer.internal.store.Store;
import io.tourbillon.timer.internal.store.StoreSession;
import java.sql.SQLException;

/** Opens sessions within a limit. Thread-safe. */
public final class SessionOpener {
  /** How long a new connection may take at least, since it may wait in a pool. */
  private static final int LEAST_MILLIS = 5_000;

  /** How many connections may hang while they are opened. */
  private static final int MOST_HANGING = 8;

  private final Store store;
  private final int timeoutMillis;
  private final LimitedOpener opener;

  /**
   * For one owner of sessions.
   *
   * @param timeoutMillis how long the database may be silent before a statement fails
   */
  public SessionOpener(Store store, int timeoutMillis) {
    this.store = store;
    this.timeoutMillis = timeoutMillis;
    this.opener = new LimitedOpener(MOST_HANGING, Math.max(LEAST_MILLIS, timeoutMillis));
  }

  /**
   * Opens a session.
   *
   * @throws SQLException if the database fails, or there is no answer within the timeout or five
   *     seconds
   */
  public StoreSession open() throws SQLException, InterruptedException {
    return opener.open(() -> store.open(timeoutMillis));
  }
}
