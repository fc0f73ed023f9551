package io.tourbillon.timer.internal.writer;

import io.tourbillon.timer.internal.IndependentThread;
import io.tourbillon.timer.internal.store.Store;
import io.tourbillon.timer.internal.store.StoreSession;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Opens connections on other threads, because a driver may wait for ever for a server that has
 * accepted a connection and says nothing. Thread-safe.
 */
public final class SessionOpener {
  /** How long a new connection may take at least, since it may wait in a pool. */
  private static final int LEAST_MILLIS = 5_000;

  /** How many connections may hang while they are opened. */
  private static final int MOST_HANGING = 8;

  private final Store store;
  private final int timeoutMillis;
  private final int openMillis;

  /** For each connection that is being opened. Released by the thread that opens it. */
  private final Semaphore openings = new Semaphore(MOST_HANGING);

  /**
   * For one owner of sessions.
   *
   * @param timeoutMillis how long the database may be silent before a statement fails
   */
  public SessionOpener(Store store, int timeoutMillis) {
    this.store = store;
    this.timeoutMillis = timeoutMillis;
    this.openMillis = Math.max(LEAST_MILLIS, timeoutMillis);
  }

  /**
   * Opens a session.
   *
   * @throws SQLException if the database fails, or there is no answer within the timeout or five
   *     seconds
   */
  public StoreSession open() throws SQLException, InterruptedException {
    if (!openings.tryAcquire(openMillis, TimeUnit.MILLISECONDS)) {
      throw new SQLException(MOST_HANGING + " connections hang while they are opened", "08001");
    }
    CompletableFuture<StoreSession> opened = new CompletableFuture<>();
    boolean started = false;
    boolean taken = false;
    try {
      IndependentThread.daemon("tourbillon-durable-connection", () -> openInto(opened)).start();
      started = true;
      StoreSession session = opened.get(openMillis, TimeUnit.MILLISECONDS);
      taken = true;
      return session;
    } catch (ExecutionException failure) {
      throw new SQLException("no connection: " + failure.getCause(), "08001", failure.getCause());
    } catch (TimeoutException late) {
      throw new SQLException("no connection within " + openMillis + " ms", "08001", late);
    } finally {
      if (!started) {
        openings.release();
      }
      if (!taken) {
        opened.cancel(false); // The other thread closes it when it comes.
        if (opened.state() == Future.State.SUCCESS) {
          opened.resultNow().close(); // It has come just now.
        }
      }
    }
  }

  private void openInto(CompletableFuture<StoreSession> opened) {
    try {
      StoreSession session = store.open(timeoutMillis);
      if (!opened.complete(session)) {
        session.close();
      }
    } catch (SQLException | RuntimeException | Error failure) {
      opened.completeExceptionally(failure);
    } finally {
      openings.release();
    }
  }
}
