package io.tourbillon.timer;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Captures what is logged to {@code io.tourbillon.timer} while it is open, and keeps it off the
 * console.
 */
final class LogCapture implements Filter, AutoCloseable {
  // Kept because java.util.logging holds loggers weakly.
  private final Logger logger = Logger.getLogger("io.tourbillon.timer");
  private final List<LogRecord> records = new CopyOnWriteArrayList<>();
  private final CountDownLatch first = new CountDownLatch(1);

  /**
   * Whether reports of the watchdog count, which a busy machine can cause at any time, and of
   * dropped services, which may be those of other tests.
   */
  private final boolean withStalls;

  LogCapture() {
    this(false);
  }

  private LogCapture(boolean withStalls) {
    this.withStalls = withStalls;
    logger.setFilter(this);
  }

  static LogCapture withStalls() {
    return new LogCapture(true);
  }

  List<LogRecord> records() {
    return List.copyOf(records);
  }

  /** The only record. */
  LogRecord one() {
    if (records.size() != 1) {
      throw new AssertionError(
          "expected one record: " + records.stream().map(LogRecord::getMessage).toList());
    }
    return records.getFirst();
  }

  /** The first record counts it down. */
  CountDownLatch first() {
    return first;
  }

  @Override
  public boolean isLoggable(LogRecord logged) {
    String message = logged.getMessage();
    if (withStalls
        || !(message.startsWith("a task holds ")
            || message.startsWith("a timer service was dropped"))) {
      records.add(logged);
      first.countDown();
    }
    return false;
  }

  @Override
  public void close() {
    logger.setFilter(null);
  }
}
