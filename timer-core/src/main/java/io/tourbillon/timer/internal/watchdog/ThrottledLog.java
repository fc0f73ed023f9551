package io.tourbillon.timer.internal.watchdog;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Logs warnings that may come many times a second, but at most one in ten seconds. The first is
 * logged at once. A warning that is logged after others were left out says how many. Thread-safe.
 */
public final class ThrottledLog {
  private static final long INTERVAL_NANOS = 10_000_000_000L;

  private final System.Logger logger;
  private final LongSupplier nanoTime;
  private final AtomicLong leftOut = new AtomicLong();

  /** Guards the following fields. A thread that does not get it leaves its warning out. */
  private final ReentrantLock lock = new ReentrantLock();

  private boolean hasLogged;
  private long loggedNanos;

  /** Logs to this logger. */
  public ThrottledLog(System.Logger logger) {
    this(logger, RealTime.REAL_TIME);
  }

  ThrottledLog(System.Logger logger, LongSupplier nanoTime) {
    this.logger = logger;
    this.nanoTime = nanoTime;
  }

  /**
   * Logs a warning, or counts it.
   *
   * @param warning its {@code toString} is called only if it is logged
   */
  public void warn(Object warning) {
    if (tryPass()) {
      long count = leftOut.getAndSet(0);
      String text = warning.toString();
      logger.log(
          System.Logger.Level.WARNING,
          count == 0
              ? text
              : text + "\n\t(since the last such warning " + count + " were not logged)");
    } else {
      leftOut.incrementAndGet();
    }
  }

  private boolean tryPass() {
    if (!lock.tryLock()) {
      return false;
    }
    try {
      long nowNanos = nanoTime.getAsLong();
      if (hasLogged && nowNanos - loggedNanos < INTERVAL_NANOS) {
        return false;
      }
      hasLogged = true;
      loggedNanos = nowNanos;
      return true;
    } finally {
      lock.unlock();
    }
  }
}
