package io.tourbillon.timer.internal.writer;

import io.tourbillon.timer.internal.IndependentThread;
import io.tourbillon.timer.internal.observe.Logging;
import io.tourbillon.timer.internal.store.Store;
import io.tourbillon.timer.internal.store.StoreSession;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A thread with a connection of its own. If the database fails, or is silent for longer than a
 * limit, it opens a new connection after a pause, for as long as it takes. Nothing but the end of
 * the service ends it.
 */
public abstract class SessionLoop implements Runnable {
  private static final long FIRST_PAUSE_MILLIS = 20;
  private static final long LONGEST_PAUSE_MILLIS = 2_000;
  private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** When a loop last reported that the database fails, for all loops of a process. */
  private static final AtomicLong REPORTED_NANOS = new AtomicLong(System.nanoTime() - REPORT_NANOS);

  /** The tables. */
  protected final Store store;

  private final SessionOpener opener;

  private final long silenceNanos;

  /** The session in use, if the loop has one. Written by the loop, read by the watch. */
  private volatile @Nullable StoreSession current;

  /** When the last turn began. Written by the loop before the turn, read by the watch. */
  private volatile long turnNanos = System.nanoTime();

  /** Only the thread of the loop uses it. */
  private long pauseMillis = FIRST_PAUSE_MILLIS;

  /**
   * For one thread.
   *
   * @param timeoutMillis how long the database may be silent before a statement fails
   */
  protected SessionLoop(Store store, int timeoutMillis) {
    this.store = store;
    this.opener = new SessionOpener(store, timeoutMillis);
    this.silenceNanos = 2 * TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
  }

  /** Does some work, or waits some tens of milliseconds for it. */
  protected abstract void turn(StoreSession session) throws SQLException, InterruptedException;

  /** Whether there is nothing to do any more. */
  protected abstract boolean hasEnded();

  /**
   * Called whenever the database has failed, also when no connection can be had.
   *
   * @param failure of the session, or of its opening
   */
  protected void failing(Throwable failure) {}

  /** Called when the loop has ended, however it did. */
  protected void stopped() {}

  /** The last work of the loop. */
  protected void end(StoreSession session) throws SQLException {}

  @Override
  public final void run() {
    try {
      runUntilEnded();
    } finally {
      stopped();
    }
  }

  private void runUntilEnded() {
    @Nullable StoreSession session = null;
    while (!hasEnded()) {
      try {
        if (session == null) {
          session = opener.open();
          current = session;
        }
        turnNanos = System.nanoTime();
        store.requireSound(); // Another loop may have found out.
        turn(session);
        pauseMillis = FIRST_PAUSE_MILLIS;
      } catch (InterruptedException stopped) {
        break;
      } catch (SQLException | RuntimeException | Error failure) {
        current = null;
        session = closed(session);
        handle(failure);
        if (!pause()) {
          break;
        }
      }
    }
    try {
      if (session != null && !store.isDamaged()) {
        end(session);
      }
    } catch (SQLException | RuntimeException | Error failure) {
      report(failure);
    } finally {
      closed(session);
    }
  }

  /** The loop must go on whatever fails here, such as an allocation in a full heap. */
  private void handle(Throwable failure) {
    try {
      Throwable examined = failure instanceof SQLException sql ? store.examined(sql) : failure;
      report(examined);
      failing(examined);
    } catch (RuntimeException | Error second) {
      report(second);
    }
  }

  /**
   * Breaks the connection if its last statement has hung for twice the timeout, for which drivers
   * have no limit of their own: when a request is too large for the buffers of a network that
   * stands still. A turn that waits for something else just gets another connection. Does not wait.
   */
  public final void breakIfSilent() {
    StoreSession session = current;
    long nowNanos = System.nanoTime();
    if (session != null
        && nowNanos - turnNanos > silenceNanos
        && nowNanos - session.statementNanos() > silenceNanos) {
      current = null; // Once is enough.
      abort(session);
    }
  }

  /** Breaks the connection of a session whose statement hangs. Does not wait. */
  public static void abort(StoreSession session) {
    IndependentThread.daemon("tourbillon-durable-abort", session::abort).start();
  }

  private static @Nullable StoreSession closed(@Nullable StoreSession session) {
    if (session != null) {
      try {
        session.close();
      } catch (RuntimeException | Error failure) {
        report(failure); // The loop must go on, with another one.
      }
    }
    return null;
  }

  private boolean pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(pauseMillis);
    } catch (InterruptedException stopped) {
      return false;
    }
    pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * pauseMillis);
    return true;
  }

  public static void report(Throwable failure) {
    try {
      long nowNanos = System.nanoTime();
      long before = REPORTED_NANOS.get();
      if (nowNanos - before >= REPORT_NANOS && REPORTED_NANOS.compareAndSet(before, nowNanos)) {
        Logging.logger()
            .log(System.Logger.Level.WARNING, "durable timers are held up by a failure", failure);
      }
    } catch (RuntimeException | Error second) {
      // A logger that fails must not end the loop.
    }
  }
}
