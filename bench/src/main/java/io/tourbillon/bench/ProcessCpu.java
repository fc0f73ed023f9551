package io.tourbillon.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * CPU time of the whole process. If a timer service works in threads of its own, they use another
 * core where there is one, and wall time does not show that.
 *
 * <p>The JDK counts it in steps of 10 ms on Linux. Linux has an exact clock for it, which is used
 * where it can be read.
 */
public final class ProcessCpu {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  /** CLOCK_PROCESS_CPUTIME_ID of Linux. */
  private static final int LINUX_CLOCK = 2;

  private static final long NANOS_A_SECOND = 1_000_000_000;

  private static final @Nullable MethodHandle CLOCK_GETTIME = clockGettime();

  private ProcessCpu() {}

  @SuppressWarnings("restricted") // The signature matches that of the C library's function.
  private static @Nullable MethodHandle clockGettime() {
    if (!System.getProperty("os.name").equals("Linux")) {
      return null;
    }
    Linker linker = Linker.nativeLinker();
    FunctionDescriptor signature =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
    return linker
        .defaultLookup()
        .find("clock_gettime")
        .map(function -> linker.downcallHandle(function, signature))
        .orElse(null);
  }

  /**
   * Returns the CPU time of all threads so far, including the collector's and the compilers'.
   *
   * @throws IllegalStateException if this platform does not report it
   */
  public static long nanos() {
    long nanos = CLOCK_GETTIME == null ? SYSTEM.getProcessCpuTime() : clockNanos(CLOCK_GETTIME);
    if (nanos < 0) {
      throw new IllegalStateException("this platform does not tell the CPU time of a process");
    }
    return nanos;
  }

  private static long clockNanos(MethodHandle clockGettime) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment time = arena.allocate(ValueLayout.JAVA_LONG, 2);
      int failure = (int) clockGettime.invokeExact(LINUX_CLOCK, time);
      return failure != 0
          ? -1
          : time.getAtIndex(ValueLayout.JAVA_LONG, 0) * NANOS_A_SECOND
              + time.getAtIndex(ValueLayout.JAVA_LONG, 1);
    } catch (Throwable failure) {
      throw new IllegalStateException("the clock of the process must be readable", failure);
    }
  }
}
