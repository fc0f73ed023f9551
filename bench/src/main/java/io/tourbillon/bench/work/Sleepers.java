package io.tourbillon.bench.work;

import io.tourbillon.bench.ProcessCpu;
import io.tourbillon.bench.subject.CoroutineSubject;
import io.tourbillon.bench.subject.SleepPlan;
import java.util.concurrent.TimeUnit;

/**
 * Coroutines that sleep four times and end. The harness reads the clock twice for each sleep. May
 * be run repeatedly.
 */
public final class Sleepers {
  /** The number of sleeps of a coroutine. */
  public static final int SLEEPS = 4;

  private final SleepPlan plan;
  private long cpuNanos;

  /**
   * @param totalMillis how long a coroutine sleeps in all, on average. Each of its sleeps takes
   *     from one half to three halves of a quarter of this
   */
  public Sleepers(int coroutines, int totalMillis) {
    long[] delayNanos = new long[Math.multiplyExact(coroutines, SLEEPS)];
    Xorshift random = new Xorshift(1);
    long meanNanos = TimeUnit.MILLISECONDS.toNanos(totalMillis) / SLEEPS;
    int meanMicros = (int) (meanNanos / 1_000);
    for (int sleep = 0; sleep < delayNanos.length; sleep++) {
      delayNanos[sleep] = meanNanos / 2 + random.nextBelow(meanMicros) * 1_000L;
    }
    plan = new SleepPlan(delayNanos, SLEEPS);
  }

  /**
   * Runs all coroutines to their end.
   *
   * @throws IllegalStateException if a sleep ended early, or did not happen
   */
  public void run(CoroutineSubject subject) throws InterruptedException {
    plan.reset();
    long startCpuNanos = ProcessCpu.nanos();
    subject.sleep(plan);
    cpuNanos = ProcessCpu.nanos() - startCpuNanos;
    plan.requireAllSlept();
  }

  /** CPU time of the whole process for each sleep, from the first spawn to the last end. */
  public double cpuNanosPerSleep() {
    return (double) cpuNanos / plan.coroutines() / SLEEPS;
  }

  /** How late the sleeps ended. */
  public Percentiles lateness() {
    return Percentiles.ofLateness(plan.latenessNanos());
  }
}
