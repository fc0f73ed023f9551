package io.tourbillon.timer.internal.observe;

import java.util.function.LongFunction;

/**
 * Logs what a close waits for: after a while, and then each time the waiting time has doubled.
 * Confined to the thread that closes.
 */
public final class CloseReport {
  private static final System.Logger LOGGER = System.getLogger("io.tourbillon.timer");

  private final long startNanos = System.nanoTime();
  private final LongFunction<String> what;
  private long nextNanos;

  /**
   * @param afterNanos the time until the first report
   * @param what describes what is waited for, given the nanoseconds that the wait has taken so far
   */
  public CloseReport(long afterNanos, LongFunction<String> what) {
    this.what = what;
    nextNanos = afterNanos;
  }

  /** How long to wait until {@link #reportIfDue} has something to do; zero or less if it has. */
  public long nanosToNext() {
    return nextNanos - (System.nanoTime() - startNanos);
  }

  /** Logs a report if one is due. */
  public void reportIfDue() {
    if (nanosToNext() > 0) {
      return;
    }
    nextNanos *= 2;
    report("a timer service is being closed");
  }

  /** Logs that a close has given up. */
  public void gaveUp() {
    report("a timer service was closed, but tasks have not ended");
  }

  private void report(String fact) {
    try {
      long waitedNanos = System.nanoTime() - startNanos;
      String text =
          fact
              + "; waited for "
              + waitedNanos / 1_000_000
              + " ms for this: "
              + what.apply(waitedNanos);
      LOGGER.log(System.Logger.Level.WARNING, text);
    } catch (RuntimeException | Error unloggable) {
      // The close goes on, whatever a logger does.
    }
  }
}
