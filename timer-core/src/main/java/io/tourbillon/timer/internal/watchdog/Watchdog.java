package io.tourbillon.timer.internal.watchdog;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Watches a thread that runs tasks, the driver, and reports a task that holds it for too long.
 *
 * <p>The driver writes a serial number, which is odd while it runs tasks, and another one for each
 * task. The watchdog reads it twice within a bound. If it reads the same odd number for longer than
 * the bound, one task has been running all the time. If the driver rests for a whole interval, the
 * watchdog rests too, until the next batch begins.
 *
 * <p><b>Pauses.</b> A garbage collection, a safepoint or a stopped process stops the watchdog as
 * well: it sleeps for longer than it asked for. This time does not count for any task. The watchdog
 * notices only the part of a pause that exceeds its own sleep, so a pause shorter than half the
 * bound may count as time of a task.
 *
 * <p>It can watch {@link Others} as well, at the same intervals.
 *
 * @param <R> the type of reports
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
  private final @Nullable Others others;
  private final LongSupplier nanoTime;
  private final LongConsumer park;

  /** How long the process has paused, as far as noticed. Only the watchdog writes it. */
  private volatile long pausedNanos;

  /**
   * Written by the driver alone, read by the watchdog. Volatile at the beginning of a batch, so
   * that either the driver sees that the watchdog rests, or the watchdog sees the new number before
   * it parks. Opaque between tasks, where a short delay does no harm.
   */
  private volatile long serial;

  /** Written by the watchdog alone, read by the driver; volatile for the reason given above. */
  private volatile boolean resting;

  /** Written once, before the watchdog is woken for the last time. */
  private volatile boolean stopped;

  /** Both written before the threads start. */
  private @Nullable Thread self;

  private @Nullable Thread driver;

  /** Something else to watch. Called by the thread of the watchdog, without a lock. */
  public interface Others {
    /** Whether there is nothing to watch, so that the watchdog may rest. */
    boolean isEmpty();

    /**
     * Reports everything that has taken too long.
     *
     * @param awakeNanos the time of {@link Watchdog#awakeNanos}
     */
    void look(long awakeNanos);
  }

  /**
   * @param boundNanos how long a task may take
   * @param look describes what the driver is doing, given the time for which its task has been
   *     running; called by the thread of the watchdog
   * @param reports receives the description, if the task is still running
   */
  public Watchdog(long boundNanos, LongFunction<R> look, Consumer<R> reports) {
    this(boundNanos, look, reports, null);
  }

  /** As the other constructor; watches others as well. */
  public Watchdog(
      long boundNanos, LongFunction<R> look, Consumer<R> reports, @Nullable Others others) {
    this(boundNanos, look, reports, others, RealTime.REAL_TIME, RealTime.REAL_TIME);
  }

  Watchdog(
      long boundNanos,
      LongFunction<R> look,
      Consumer<R> reports,
      @Nullable Others others,
      LongSupplier nanoTime,
      LongConsumer park) {
    this.boundNanos = boundNanos;
    this.look = look;
    this.reports = reports;
    this.others = others;
    this.nanoTime = nanoTime;
    this.park = park;
  }

  /** Starts the watchdog, in a thread that was made to run it. */
  public void start(Thread self, Thread driver) {
    this.self = self;
    this.driver = driver;
    self.start();
  }

  /** Ends the watchdog. May be called by any thread. */
  public void stop() {
    stopped = true;
    LockSupport.unpark(self);
  }

  /**
   * A clock that stands still while the whole process does, as far as the watchdog notices. May be
   * read by any thread.
   */
  public long awakeNanos() {
    return nanoTime.getAsLong() - pausedNanos;
  }

  /**
   * Wakes the watchdog if it rests. May be called by any thread, after {@link Others#isEmpty} is
   * false.
   */
  public void othersBegin() {
    if (resting) {
      LockSupport.unpark(self);
    }
  }

  /** Whether the calling thread is the one that is watched. */
  public boolean isDriver() {
    return Thread.currentThread().equals(driver);
  }

  // Called by the driver.

  /** Called before the first task of a batch. */
  public void begin() {
    serial = serialPlain() + 1;
    if (resting) {
      LockSupport.unpark(self);
    }
  }

  /** Called before the next task of a batch. */
  public void nextTask() {
    SERIAL.setOpaque(this, serialPlain() + 2);
  }

  /**
   * Called before another run of the same task. Has an effect on the driver only, where an executor
   * may run tasks, too.
   */
  public void nextRun() {
    if (isDriver()) {
      nextTask();
    }
  }

  /** Called after the last task of a batch. */
  public void end() {
    SERIAL.setOpaque(this, serialPlain() + 1);
  }

  /** A plain read is enough, as only the driver writes the number. */
  private long serialPlain() {
    return (long) SERIAL.get(this);
  }

  // Called by the thread of the watchdog.

  @Override
  public void run() {
    long seen = serial;
    long sinceNanos = awakeNanos();
    boolean reported = false;
    while (!stopped) {
      sleep(boundNanos / 2);
      lookAtOthers();
      long now = serial;
      if (now != seen) {
        seen = now;
        sinceNanos = awakeNanos();
        reported = false;
      } else if (now % 2 == 0) {
        rest(now);
      } else if (!reported && awakeNanos() - sinceNanos >= boundNanos) {
        reported = tryReport(now, awakeNanos() - sinceNanos);
      }
    }
  }

  /** Sleeps. Time that the sleep takes beyond that counts as a pause of the process. */
  private void sleep(long nanos) {
    long startNanos = nanoTime.getAsLong();
    park.accept(nanos);
    Thread.interrupted();
    long overrunNanos = nanoTime.getAsLong() - startNanos - nanos;
    if (overrunNanos > 0) {
      addPause(overrunNanos);
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // No other thread writes it.
  private void addPause(long nanos) {
    pausedNanos += nanos;
  }

  private void lookAtOthers() {
    if (others != null) {
      try {
        others.look(awakeNanos());
      } catch (RuntimeException | Error failure) {
        // The receiver of reports has failed, or there is no memory for a report. The watchdog goes
        // on.
      }
    }
  }

  private void rest(long seen) {
    resting = true;
    if (serial == seen && (others == null || others.isEmpty()) && !stopped) {
      LockSupport.park(this);
    }
    resting = false;
  }

  /** Returns false if there was no memory for the report, so that the caller tries again. */
  private boolean tryReport(long stalled, long heldNanos) {
    try {
      report(stalled, heldNanos);
      return true;
    } catch (OutOfMemoryError full) {
      return false;
    } catch (RuntimeException | Error failure) {
      // The receiver of reports has failed. The watchdog goes on.
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
