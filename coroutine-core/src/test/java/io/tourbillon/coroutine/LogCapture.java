package io.tourbillon.coroutine;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Captures what is logged while it is open, and keeps it off the console. */
public final class LogCapture implements Filter, AutoCloseable {
  // Kept because java.util.logging holds loggers weakly.
  private final Logger logger;
  private final List<String> lines = new CopyOnWriteArrayList<>();

  public LogCapture() {
    logger = Logger.getLogger("io.tourbillon.coroutine");
    logger.setFilter(this);
  }

  public List<String> lines() {
    return List.copyOf(lines);
  }

  /** Waits for the first line. */
  public String firstLine() throws InterruptedException {
    while (lines.isEmpty()) {
      Thread.sleep(1);
    }
    return lines.getFirst();
  }

  @Override
  public boolean isLoggable(LogRecord logged) {
    lines.add(new SimpleFormatter().formatMessage(logged));
    return false;
  }

  @Override
  public void close() {
    logger.setFilter(null);
  }
}
