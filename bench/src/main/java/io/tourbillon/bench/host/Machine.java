package io.tourbillon.bench.host;

import oshi.SystemInfo;
import oshi.hardware.CentralProcessor;
import oshi.hardware.HardwareAbstractionLayer;

/**
 * The machine that a comparison ran on.
 *
 * @param processor the name that it reports
 * @param cores the number of logical cores
 * @param load processes that wanted a core in the minute before the start; negative if unknown
 */
public record Machine(
    String processor, int cores, long memoryBytes, String system, String jdk, double load) {

  public static Machine here() {
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

  /** The memory that programs can get now without swapping out others. */
  public static long availableBytes() {
    return new SystemInfo().getHardware().getMemory().getAvailable();
  }

  /** Returns true if the figures of the other machine can be compared with figures of this one. */
  public boolean isLike(Machine other) {
    return processor.equals(other.processor) && cores == other.cores && jdk.equals(other.jdk);
  }
}
