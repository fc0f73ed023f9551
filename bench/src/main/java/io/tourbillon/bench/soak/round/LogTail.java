package io.tourbillon.bench.soak.round;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Takes the place of the console in the log of a round: faults make services warn thousands of
 * times. Keeps how often each message came, numbers aside. Thread-safe, bounded.
 */
public final class LogTail extends Handler {
  private static final int MOST = 20;

  private final Map<String, Integer> counts = new LinkedHashMap<>();

  private LogTail() {}

  /** Replaces all handlers of this JVM. */
  public static LogTail install() {
    LogTail tail = new LogTail();
    LogManager.getLogManager().reset();
    Logger.getLogger("").addHandler(tail);
    return tail;
  }

  @Override
  public void publish(LogRecord record) {
    try {
      count(String.valueOf(record.getMessage()).lines().findFirst().orElse(""));
    } catch (OutOfMemoryError full) {
      // One note less.
    }
  }

  private synchronized void count(String line) {
    String shape = line.replaceAll("@[0-9a-f]+|\\d+", "#");
    if (counts.containsKey(shape) || counts.size() < MOST) {
      counts.merge(shape, 1, Integer::sum);
    }
  }

  /** Returns the messages, each with its count. */
  public synchronized List<String> lines() {
    return counts.entrySet().stream()
        .map(entry -> "logged " + entry.getValue() + " times: " + entry.getKey())
        .toList();
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
