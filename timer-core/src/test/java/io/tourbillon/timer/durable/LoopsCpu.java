package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** How much of a processor the loops of durable timers take from when this is made. */
final class LoopsCpu {
  private static final int MOST_PERCENT = 60;

  private final long startNanos = System.nanoTime();
  private final long startCpuNanos = cpuNanos();

  long elapsedNanos() {
    return System.nanoTime() - startNanos;
  }

  void assertNoneSpins() {
    long shareOfCpu = 100 * (cpuNanos() - startCpuNanos) / elapsedNanos();
    assertTrue(
        shareOfCpu < MOST_PERCENT, () -> "a loop spins: " + shareOfCpu + " % of a processor");
  }

  private static long cpuNanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long nanos = 0;
    for (long id : threads.getAllThreadIds()) {
      var info = threads.getThreadInfo(id);
      if (info != null && info.getThreadName().startsWith("tourbillon-durable")) {
        nanos += Math.max(0, threads.getThreadCpuTime(id));
      }
    }
    return nanos;
  }
}
