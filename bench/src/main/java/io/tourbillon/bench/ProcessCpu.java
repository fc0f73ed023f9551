package io.tourbillon.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * CPU time of the whole process. What a timer service does in threads of its own takes a second
 * core where there is one, and wall time does not show it.
 */
public final class ProcessCpu {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private ProcessCpu() {}

  /**
   * CPU time of all threads so far, those of the collector and the compilers among them. Linux
   * counts it in steps of 10 ms: measure a second at least.
   *
   * @throws IllegalStateException if this platform does not tell
   */
  public static long nanos() {
    long nanos = SYSTEM.getProcessCpuTime();
    if (nanos < 0) {
      throw new IllegalStateException("this platform does not tell the CPU time of a process");
    }
    return nanos;
  }
}
