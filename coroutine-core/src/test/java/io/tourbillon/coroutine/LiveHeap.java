package io.tourbillon.coroutine;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;

/** The size of live objects in the heap, as the JVM counts it after a collection. */
final class LiveHeap {
  private LiveHeap() {}

  /** Returns the minimum of several counts, because other threads allocate, too. */
  static long bytes() throws JMException {
    long least = Long.MAX_VALUE;
    for (int count = 0; count < 3; count++) {
      least = Math.min(least, counted());
    }
    return least;
  }

  private static long counted() throws JMException {
    String histogram =
        (String)
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "gcClassHistogram",
                    new Object[] {new String[0]},
                    new String[] {String[].class.getName()});
    // The line has the form: Total instances bytes
    String total =
        histogram
            .lines()
            .filter(line -> line.startsWith("Total"))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no total: " + histogram));
    String trimmed = total.trim();
    return Long.parseLong(trimmed.substring(trimmed.lastIndexOf(' ') + 1));
  }
}
