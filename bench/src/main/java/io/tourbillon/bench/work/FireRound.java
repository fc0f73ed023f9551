package io.tourbillon.bench.work;

import io.tourbillon.bench.ProcessCpu;
import io.tourbillon.bench.subject.TimerSubject;
import java.util.concurrent.TimeUnit;

/**
 * Timers that come due: arms all, waits until all have fired, checks. May be run again and again,
 * each time after a reset. The harness reads the clock twice a timer.
 */
public final class FireRound {
  private static final long PATIENCE_SECONDS = 60;

  private final FireTask[] tasks;
  private final long[] delayNanos;
  private final long windowNanos;
  private final FireLog log;
  private long cpuNanos;

  /**
   * @param windowNanos delays are from 0 to less than this
   */
  public FireRound(int timers, long windowNanos) {
    if (timers < 1) {
      throw new IllegalArgumentException("timers must be at least 1: " + timers);
    }
    this.windowNanos = windowNanos;
    log = new FireLog(timers);
    tasks = new FireTask[timers];
    delayNanos = new long[timers];
    Xorshift random = new Xorshift(1);
    for (int place = 0; place < timers; place++) {
      tasks[place] = new FireTask(log);
      delayNanos[place] = (long) (random.nextBelow(1 << 30) / (double) (1 << 30) * windowNanos);
    }
  }

  /** Makes ready for a new round. */
  public void reset() {
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
      FireTask task = tasks[place];
      task.expect(System.nanoTime() + delayNanos[place]);
      service.arm(place, delayNanos[place], task);
    }
    boolean all = log.await(windowNanos + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS));
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
  public Lateness lateness() {
    for (FireTask task : tasks) {
      task.requireFiredOnce();
    }
    return Lateness.of(log.latenessNanos().clone());
  }
}
