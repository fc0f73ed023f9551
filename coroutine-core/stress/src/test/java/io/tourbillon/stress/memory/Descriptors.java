package io.tourbillon.stress.memory;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The open files and sockets of this process. For one run after the other. */
final class Descriptors {
  /** A moment, until loops that have ended have closed what they had. */
  private static final long MOMENT_MILLIS = 100;

  /**
   * How many were open after the run before. The first run of a sweep lets the JDK open what it
   * keeps; -1 before that.
   */
  private static long kept = -1;

  private Descriptors() {}

  /** Adds a fault if a run has left some open. */
  static void check(List<String> faults) throws InterruptedException {
    if (kept < 0) {
      TimeUnit.MILLISECONDS.sleep(MOMENT_MILLIS);
      kept = open();
      return;
    }
    Patience.awaitUntil(() -> open() <= kept);
    long open = open();
    if (open > kept) {
      faults.add("descriptors are left: " + (open - kept));
    }
    kept = open;
  }

  private static long open() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getOpenFileDescriptorCount()
        : 0;
  }
}
