package io.tourbillon.bench.host;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;

/** The file descriptors of this process: each end of a connection takes one. */
public final class Descriptors {
  /** With fewer than this left, any failure is put down to the lack of descriptors. */
  private static final long FEW = 4;

  /** What Linux and macOS call it; the JDK has no type for it. */
  private static final String TOO_MANY = "Too many open files";

  private Descriptors() {}

  /** How many may be open; without a limit where the system reports none. */
  public static long most() {
    return system() instanceof UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount()
        : Long.MAX_VALUE;
  }

  /** How many are open; all if none is left to count them with, 0 if the system does not say. */
  public static long open() {
    if (!(system() instanceof UnixOperatingSystemMXBean unix)) {
      return 0;
    }
    try {
      long open = unix.getOpenFileDescriptorCount();
      return open < 0 ? most() : open;
    } catch (InternalError none) {
      return most();
    }
  }

  /** Returns true if something has failed because there are none left. */
  public static boolean haveRunOut(IOException failure) {
    return String.valueOf(failure.getMessage()).contains(TOO_MANY) || most() - open() < FEW;
  }

  private static OperatingSystemMXBean system() {
    return ManagementFactory.getOperatingSystemMXBean();
  }
}
