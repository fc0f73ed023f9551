package io.tourbillon.bench.compare;

import oshi.SystemInfo;
import oshi.hardware.CentralProcessor;
import oshi.hardware.HardwareAbstractionLayer;

/**
 * Where a comparison ran.
 *
 * @param processor as it calls itself
 * @param cores logical ones
 * @param load processes that wanted a core in the minute before the start; negative if unknown
 */
record Machine(
    String processor, int cores, long memoryBytes, String system, String jdk, double load) {

  static Machine here() {
    SystemInfo info = new SystemInfo();
    HardwareAbstractionLayer hardware = info.getHardware();
    CentralProcessor processor = hardware.getProcessor();
    return new Machine(
        processor.getProcessorIdentifier().getName().strip(),
        processor.getLogicalProcessorCount(),
        hardware.getMemory().getTotal(),
        info.getOperatingSystem().toString(),
        System.getProperty("java.vm.name") + " " + Runtime.version(),
        processor.getSystemLoadAverage(1)[0]);
  }

  /** Memory that programs can have now without others being swapped out. */
  static long availableBytes() {
    return new SystemInfo().getHardware().getMemory().getAvailable();
  }

  /** Whether figures of the other can be held against figures of this one. */
  boolean isLike(Machine other) {
    return processor.equals(other.processor) && cores == other.cores && jdk.equals(other.jdk);
  }
}
