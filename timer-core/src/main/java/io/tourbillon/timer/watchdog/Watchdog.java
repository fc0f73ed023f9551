package io.tourbillon.timer.watchdog;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a thread that runs tasks, the driver, from outside and reports one that holds it for too
 * long.
 *
 * <p>The driver writes a serial number: odd while it runs tasks, another one for each. The watchdog
 * looks at it twice within a bound; the same odd number for longer than the bound is one task that
 * was running all the while. When the driver is at rest for a whole interval, so is the watchdog,
 * until the next batch begins.
 *
 * @param <R> what is reported
 */
public final class Watchdog<R> implements Runnable {
  private static final VarHandle SERIAL;

  static {
    try {
      SERIAL = MethodHandles.lookup().findVarHandle(Watchdog.class, "serial", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final long boundNanos;
  private final LongFunction<R> look;
  private final Consumer<R> reports;

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

  /**
   * @param boundNanos how long a task may take
   * @param look describes what the driver is doing, which a task has been for so many nanoseconds;
   *     by the watchdog's thread
   * @param reports is given what was seen, if the task is still running then
   */
  public Watchdog(long boundNanos, LongFunction<R> look, Consumer<R> reports) {
    this.boundNanos = boundNanos;
    this.look = look;
    this.reports = reports;
  }

  /** Starts the watchdog, in a thread that was made to run it. */
  public void start(Thread self, Thread driver) {
    this.self = self;
    this.driver = driver;
    self.start();
  }

  /** Ends the watchdog. By any thread. */
  public void stop() {
    stopped = true;
    LockSupport.unpark(self);
  }

  // Called by the driver.

  /** A batch of tasks begins with the first. */
  public void begin() {
    serial = serialPlain() + 1;
    if (resting) {
      LockSupport.unpark(self);
    }
  }

  /** The next task begins. */
  public void nextTask() {
    SERIAL.setOpaque(this, serialPlain() + 2);
  }

  /** One more run of the same task; also if it is an executor that runs it on the driver. */
  public void nextRun() {
    if (Thread.currentThread().equals(driver)) {
      nextTask();
    }
  }

  /** The last task of a batch has ended. */
  public void end() {
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
        reported = tryReport(now, System.nanoTime() - sinceNanos);
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

  /** False if the report has failed, for want of memory for one: then it is tried again. */
  private boolean tryReport(long stalled, long heldNanos) {
    try {
      report(stalled, heldNanos);
      return true;
    } catch (OutOfMemoryError full) {
      return false;
    } catch (RuntimeException | Error failure) {
      // What reports go to has failed. The watchdog goes on.
      return true;
    }
  }

  private void report(long stalled, long heldNanos) {
    R seen = look.apply(heldNanos);
    // If the task has ended meanwhile, the stack may be of another one.
    if (serial == stalled) {
      reports.accept(seen);
    }
  }
}
