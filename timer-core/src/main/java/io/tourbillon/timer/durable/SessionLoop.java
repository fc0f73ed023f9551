package io.tourbillon.timer.durable;

import io.tourbillon.timer.internal.observe.Logging;
import io.tourbillon.timer.internal.store.Store;
import io.tourbillon.timer.internal.store.StoreSession;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A thread with a connection of its own. If the database fails, it opens a new connection after a
 * pause, for as long as it takes. Nothing but the end of the service ends it.
 */
abstract class SessionLoop implements Runnable {
  private static final long FIRST_PAUSE_MILLIS = 20;
  private static final long LONGEST_PAUSE_MILLIS = 2_000;
  private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** When a loop last reported that the database fails, for all loops of a process. */
  private static final AtomicLong REPORTED_NANOS = new AtomicLong(System.nanoTime() - REPORT_NANOS);

  final Store store;
  private long pauseMillis = FIRST_PAUSE_MILLIS;

  SessionLoop(Store store) {
    this.store = store;
  }

  /** Does some work, or waits some tens of milliseconds for it. */
  abstract void turn(StoreSession session) throws SQLException, InterruptedException;

  /** Whether there is nothing to do any more. */
  abstract boolean hasEnded();

  /** Called whenever the database has failed, also when no connection can be had. */
  void failing(Throwable failure) {}

  /** Called when the loop has ended, however it did. */
  void stopped() {}

  /** The last work of the loop. */
  void end(StoreSession session) throws SQLException {}

  @Override
  public final void run() {
    @Nullable StoreSession session = null;
    while (!hasEnded()) {
      try {
        if (session == null) {
          session = store.open();
        }
        turn(session);
        pauseMillis = FIRST_PAUSE_MILLIS;
      } catch (InterruptedException stopped) {
        break;
      } catch (SQLException | RuntimeException | Error failure) {
        session = closed(session);
        report(failure);
        failing(failure);
        if (!pause()) {
          break;
        }
      }
    }
    try {
      if (session != null) {
        end(session);
      }
    } catch (SQLException | RuntimeException | Error failure) {
      report(failure);
    } finally {
      closed(session);
      stopped();
    }
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

  static void report(Throwable failure) {
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
