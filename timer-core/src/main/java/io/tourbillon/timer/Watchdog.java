package io.tourbillon.timer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the driver from outside and reports a task that holds it for too long.
 *
 * <p>The driver writes a serial number: odd while it runs tasks, another one for each. The watchdog
 * looks at it twice within a bound; the same odd number for longer than the bound is one task that
 * was running all the while. When the driver is at rest for a whole interval, so is the watchdog,
 * until the next batch begins.
 */
final class Watchdog implements Runnable {
  private static final VarHandle SERIAL;

  static {
    try {
      SERIAL = MethodHandles.lookup().findVarHandle(Watchdog.class, "serial", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final long boundNanos;
  private final Consumer<StallReport> reports;

  /**
   * Written by the driver alone, read by the watchdog. Volatile at the beginning of a batch, so
   * that either the driver sees that the watchdog is resting or the watchdog sees the new number
   * before it parks; opaque from task to task, where being seen a little later does no harm.
   */
  private volatile long serial;

  /** Written by the watchdog alone, read by the driver; volatile for the reason given above. */
  private volatile boolean resting;

  /** Written once, before the watchdog is woken for the last time. */
  private volatile boolean stopped;

  /** Both written before the threads start. */
  private @Nullable Thread self;

  private @Nullable Thread driver;

  Watchdog(long boundNanos, Consumer<StallReport> reports) {
    this.boundNanos = boundNanos;
    this.reports = reports;
  }

  void start(Thread self, Thread driver) {
    this.self = self;
    this.driver = driver;
    self.start();
  }

  void stop() {
    stopped = true;
    LockSupport.unpark(self);
  }

  // Called by the driver.

  void begin() {
    serial = serialPlain() + 1;
    if (resting) {
      LockSupport.unpark(self);
    }
  }

  void nextTask() {
    SERIAL.setOpaque(this, serialPlain() + 2);
  }

  /** One more run of the same task; also if it is an executor that runs it on the driver. */
  void nextRun() {
    if (Thread.currentThread().equals(driver)) {
      nextTask();
    }
  }

  void end() {
    SERIAL.setOpaque(this, serialPlain() + 1);
  }

  /** The driver reads what it wrote itself. */
  private long serialPlain() {
    return (long) SERIAL.get(this);
  }

  // Called by the watchdog's own thread.

  @Override
  public void run() {
    long seen = serial;
    long sinceNanos = System.nanoTime();
    boolean reported = false;
    while (!stopped) {
      LockSupport.parkNanos(this, boundNanos / 2);
      Thread.interrupted();
      long now = serial;
      if (now != seen) {
        seen = now;
        sinceNanos = System.nanoTime();
        reported = false;
      } else if (now % 2 == 0) {
        rest(now);
      } else if (!reported && System.nanoTime() - sinceNanos >= boundNanos) {
        reported = true;
        report(now, System.nanoTime() - sinceNanos);
      }
    }
  }

  private void rest(long seen) {
    resting = true;
    if (serial == seen && !stopped) {
      LockSupport.park(this);
    }
    resting = false;
  }

  private void report(long stalled, long heldNanos) {
    Thread thread = driver;
    assert thread != null : "started without a driver";
    StackTraceElement[] stack = thread.getStackTrace();
    // If the task has ended meanwhile, the stack may be of another one.
    if (serial == stalled) {
      reports.accept(new StallReport(thread.getName(), heldNanos, Arrays.asList(stack)));
    }
  }
}
