package io.tourbillon.timer.internal.store;

import io.tourbillon.timer.internal.IndependentThread;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections on other threads, because a driver may wait for ever for a server that has
 * accepted a connection and says nothing. Thread-safe.
 */
public final class LimitedOpener {
  private static final String NO_CONNECTION = "08001";

  private final int mostHanging;
  private final int openMillis;

  /** For each connection that is being opened. Released by the thread that opens it. */
  private final Semaphore openings;

  /**
   * For one owner of connections.
   *
   * @param mostHanging how many connections may hang while they are opened
   * @param openMillis how long a new connection may take, which may wait in a pool
   */
  public LimitedOpener(int mostHanging, int openMillis) {
    this.mostHanging = mostHanging;
    this.openMillis = openMillis;
    this.openings = new Semaphore(mostHanging, true);
  }

  /** How a connection is opened. */
  public interface Opening<T extends AutoCloseable> {
    T open() throws SQLException;
  }

  /**
   * Opens a connection.
   *
   * @throws SQLException if the database fails, with its code, or if there is no answer within the
   *     limit
   */
  public <T extends AutoCloseable> T open(Opening<T> opening)
      throws SQLException, InterruptedException {
    if (!openings.tryAcquire(openMillis, TimeUnit.MILLISECONDS)) {
      throw new SQLException(
          mostHanging + " connections hang while they are opened", NO_CONNECTION);
    }
    CompletableFuture<T> opened = new CompletableFuture<>();
    boolean started = false;
    boolean taken = false;
    try {
      IndependentThread.daemon("tourbillon-durable-connection", () -> openInto(opened, opening))
          .start();
      started = true;
      T connection = opened.get(openMillis, TimeUnit.MILLISECONDS);
      taken = true;
      return connection;
    } catch (ExecutionException failure) {
      throw failed(Objects.requireNonNullElse(failure.getCause(), failure));
    } catch (TimeoutException late) {
      throw new SQLException("no connection within " + openMillis + " ms", NO_CONNECTION, late);
    } finally {
      if (!started) {
        openings.release();
      }
      if (!taken) {
        opened.cancel(false); // The other thread closes it when it comes.
        if (opened.state() == Future.State.SUCCESS) {
          closeUnused(opened.resultNow()); // It has come just now.
        }
      }
    }
  }

  /** Opens a connection; an interrupt is a failure, and the status of the thread stays set. */
  <T extends AutoCloseable> T openOrFail(Opening<T> opening) throws SQLException {
    try {
      return open(opening);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted while a connection was opened", NO_CONNECTION, stopped);
    }
  }

  private static SQLException failed(@Nullable Throwable cause) {
    int code = cause instanceof SQLException known ? known.getErrorCode() : 0;
    return new SQLException("no connection: " + cause, NO_CONNECTION, code, cause);
  }

  private <T extends AutoCloseable> void openInto(CompletableFuture<T> opened, Opening<T> opening) {
    try {
      T connection = opening.open();
      if (!opened.complete(connection)) {
        closeUnused(connection);
      }
    } catch (Throwable failure) {
      opened.completeExceptionally(failure);
    } finally {
      openings.release();
    }
  }

  private static void closeUnused(AutoCloseable connection) {
    try {
      connection.close();
    } catch (Exception broken) {
      // Nobody uses it.
    }
  }
}
