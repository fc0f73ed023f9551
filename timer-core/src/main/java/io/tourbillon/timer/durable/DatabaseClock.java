package io.tourbillon.timer.durable;

/**
 * The database's clock, as far as this process knows it. It is never ahead, so that a timer is not
 * checked in vain again and again. A check has the last word: it reads the database's clock itself.
 *
 * <p>Each answer of the database that holds its time gives a lower and an upper bound: the database
 * has read its clock between the request and the answer. The greatest lower bound counts, until an
 * upper bound is below it: then the clock was set back, or runs slower than ours.
 *
 * <p>Thread-safe.
 */
final class DatabaseClock {
  /** What must be added to our clock. Written under the lock. */
  private volatile long offsetMicros;

  private boolean known;

  private static long localMicros() {
    return System.nanoTime() / 1000;
  }

  /**
   * Learns from an answer.
   *
   * @param requestNanos {@link System#nanoTime} before the request
   * @param databaseMicros the database's clock
   * @return by how much the clock has changed, in microseconds; 0 for the first answer
   */
  synchronized long learn(long requestNanos, long databaseMicros) {
    long least = databaseMicros - localMicros();
    long most = databaseMicros - requestNanos / 1000;
    long before = offsetMicros;
    if (!known || least > before || most < before) {
      offsetMicros = least;
    }
    long change = known ? offsetMicros - before : 0;
    known = true;
    return change;
  }

  long nowMicros() {
    return localMicros() + offsetMicros;
  }
}
