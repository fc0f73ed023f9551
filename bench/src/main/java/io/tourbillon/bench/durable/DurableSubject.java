package io.tourbillon.bench.durable;

import java.util.List;

/** A service of durable timers. Thread-safe. */
public interface DurableSubject extends AutoCloseable {
  /** Schedules timers, and waits until all of them are durable. */
  void schedule(List<Due> timers);

  /** Counts the timers in the database that have not been removed. Reads the whole table. */
  long stored();

  /** Stops firing. What is stored stays. */
  @Override
  void close();
}
