package io.tourbillon.bench.demo;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** What this process uses. */
final class Usage {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private Usage() {}

  /** CPU of all threads since the process began, the collector's and the compiler's included. */
  static long cpuNanos() {
    return SYSTEM.getProcessCpuTime();
  }

  /** Heap in use after a full collection. */
  static long heapBytesAfterCollection() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
