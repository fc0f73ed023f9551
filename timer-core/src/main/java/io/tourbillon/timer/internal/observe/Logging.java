package io.tourbillon.timer.internal.observe;

import io.tourbillon.timer.internal.IndependentThread;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;

/**
 * The logger of services.
 *
 * <p>The first log record of a JVM takes 100 to 250 ms, for the logging system, its configuration,
 * and date formats. On the driver this would delay all timers. So a separate thread does as much of
 * it as is possible without a record when the first service is built; the build does not wait for
 * it. A task that fails within this time still delays other timers.
 */
public final class Logging {
  private static final AtomicBoolean WARMED_UP = new AtomicBoolean();

  private Logging() {}

  /**
   * Looked up for each call, which costs little: a failure to find the logger must not be
   * permanent.
   */
  public static System.Logger logger() {
    return System.getLogger("io.tourbillon.timer");
  }

  /** Makes the first record cheap, some time from now. Never throws. */
  public static void warmUp() {
    if (WARMED_UP.compareAndSet(false, true)) {
      try {
        IndependentThread.daemon("tourbillon-logging", new WarmUp()).start();
      } catch (RuntimeException | Error noThread) {
        WARMED_UP.set(false); // The next service tries again.
      }
    }
  }

  private static final class WarmUp implements Runnable {
    @Override
    public void run() {
      try {
        logger().isLoggable(System.Logger.Level.ERROR);
        if ("java.logging"
            .equals(System.LoggerFinder.getLoggerFinder().getClass().getModule().getName())) {
          JavaLogging.warmUp();
        }
      } catch (RuntimeException | Error failure) {
        // The first record will show what is wrong.
      }
    }
  }

  /** The only class that uses the module {@code java.logging}, which a runtime may lack. */
  private static final class JavaLogging {
    static void warmUp() {
      LogRecord record = new LogRecord(Level.SEVERE, "");
      record.setThrown(new IllegalStateException());
      record.getSourceMethodName();
      String _ = new SimpleFormatter().format(record);
    }
  }
}
