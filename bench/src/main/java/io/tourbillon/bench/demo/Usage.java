package io.tourbillon.bench.demo;

import java.lang.management.ManagementFactory;

/** What this process uses. */
final class Usage {
  private Usage() {}

  /** Heap in use after a full collection. */
  static long heapBytesAfterCollection() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
