package io.tourbillon.bench.work;

import io.tourbillon.bench.ProcessCpu;
import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.TimerSubject;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A round of timers that come due: arms all, waits until all have fired, and checks them. May be
 * run repeatedly, with a reset before each run. Each timer has a new task. The harness reads the
 * clock twice for each timer.
 */
public final class FireRound {
  private static final long PATIENCE_SECONDS = 60;

  private final @Nullable Task[] tasks;
  private final long[] delayNanos;
  private final long lastNanos;
  private final long busyNanos;
  private final Log log;
  private long cpuNanos;

  /**
   * Tasks that do nothing else.
   *
   * @param windowNanos delays are from 0 to less than this
   */
  public FireRound(int timers, long windowNanos) {
    this(timers, 0, windowNanos, 0);
  }

  /**
   * @param leadNanos the shortest delay
   * @param windowNanos delays are longer than that by 0 to less than this
   * @param busyNanos how long each task keeps its thread busy, after it has noted the time
   */
  public FireRound(int timers, long leadNanos, long windowNanos, long busyNanos) {
    if (timers < 1) {
      throw new IllegalArgumentException("timers must be at least 1: " + timers);
    }
    lastNanos = leadNanos + windowNanos;
    log = new Log(timers);
    this.busyNanos = busyNanos;
    tasks = new Task[timers];
    delayNanos = new long[timers];
    Xorshift random = new Xorshift(1);
    for (int place = 0; place < timers; place++) {
      double share = random.nextBelow(1 << 30) / (double) (1 << 30);
      delayNanos[place] = leadNanos + (long) (share * windowNanos);
    }
  }

  /** Prepares a new round. */
  public void reset() {
    Arrays.fill(tasks, null);
    log.reset();
  }

  /**
   * Arms all timers and waits for the last.
   *
   * @throws IllegalStateException if one is still missing a minute after it was due
   */
  public void run(TimerSubject service) throws InterruptedException {
    long startCpuNanos = ProcessCpu.nanos();
    for (int place = 0; place < tasks.length; place++) {
      Task task = new Task(log, busyNanos, System.nanoTime() + delayNanos[place]);
      tasks[place] = task;
      service.arm(place, delayNanos[place], task);
    }
    boolean all = log.await(lastNanos + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS));
    cpuNanos = ProcessCpu.nanos() - startCpuNanos;
    if (!all) {
      throw new IllegalStateException("a timer must fire: of " + tasks.length + " some did not");
    }
  }

  /** CPU time of the whole process for each timer, from the first arm to the last fire. */
  public double cpuNanosPerTimer() {
    return (double) cpuNanos / tasks.length;
  }

  /**
   * How late the timers were, after checking them.
   *
   * @throws IllegalStateException if a timer fired early or twice
   */
  public Percentiles lateness() {
    for (Task task : tasks) {
      Objects.requireNonNull(task, "lateness comes after a round").requireFiredOnce();
    }
    return Percentiles.ofLateness(log.latenessNanos().clone());
  }

  /** Records when its timer fires. Made by the arming thread, and written by the subject's. */
  private static final class Task extends SubjectTask {
    private final Log log;
    private final long busyNanos;
    private final long deadlineNanos;
    private int fired;

    /** The caller arms a timer with this deadline right after. */
    Task(Log log, long busyNanos, long deadlineNanos) {
      this.log = log;
      this.busyNanos = busyNanos;
      this.deadlineNanos = deadlineNanos;
    }

    @Override
    public void run() {
      fired++;
      long nowNanos = System.nanoTime();
      log.record(nowNanos - deadlineNanos);
      if (busyNanos > 0) {
        while (System.nanoTime() - nowNanos < busyNanos) {
          Thread.onSpinWait();
        }
      }
    }

    void requireFiredOnce() {
      if (fired != 1) {
        throw new IllegalStateException("a timer must fire once: " + fired + " times");
      }
    }
  }

  /**
   * How late each timer of a round was. One thread, the subject's, records that with a single
   * store. Another thread reads it after {@link #await}, whose latch publishes everything.
   */
  private static final class Log {
    private final long[] latenessNanos;
    private int size;

    /** Replaced for each round, while no timer is pending. */
    private CountDownLatch full = new CountDownLatch(1);

    Log(int timers) {
      latenessNanos = new long[timers];
    }

    void reset() {
      size = 0;
      full = new CountDownLatch(1);
    }

    void record(long lateness) {
      latenessNanos[size++] = lateness;
      if (size == latenessNanos.length) {
        full.countDown();
      }
    }

    /** Waits until all are recorded. Returns false if that takes longer than the given time. */
    boolean await(long nanos) throws InterruptedException {
      return full.await(nanos, TimeUnit.NANOSECONDS);
    }

    long[] latenessNanos() {
      return latenessNanos;
    }
  }
}
