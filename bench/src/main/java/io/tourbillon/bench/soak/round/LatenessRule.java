package io.tourbillon.bench.soak.round;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * When lateness is normal again: if its 99th percentile, in the middle one of the windows from one
 * second after the fault on, is at most
 *
 * <pre>   max(50 ms, 3 times that before the fault) + 3 times that of a thread that only parks
 * </pre>
 *
 * <p>What is usual is measured before the fault, in the same JVM. The 50 ms are for a machine that
 * is shared: there a thread waits for a processor for some tens of milliseconds now and then. The
 * thread that parks shows pauses of the machine and the collector meanwhile, which delay the driver
 * of timers and the loops in the same way, and what waits for them once more. A service that is
 * damaged is late by its backlog, which grows, or by hundreds of milliseconds.
 */
final class LatenessRule {
  private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int TIMES = 3;

  /** If a thread that only parks is as late as this, nothing can be said about others. */
  private static final long TOO_BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

  private LatenessRule() {}

  /**
   * Returns the lateness of the middle one of some windows, by their 99th percentiles. Other
   * programs keep one thread from a processor for a tenth of a second now and then, and the next
   * one not: that is in one window. What a fault has damaged is late in most of them.
   *
   * @param windows at least one
   */
  static Lateness typical(List<Lateness> windows) {
    List<Lateness> used = windows.stream().filter(window -> window.count() > 0).toList();
    if (used.size() <= windows.size() / 2) {
      return windows.getLast().count() == 0 ? windows.getLast() : used.getLast();
    }
    return used.stream()
        .sorted(Comparator.comparingLong(Lateness::p99Nanos))
        .toList()
        .get((used.size() - 1) / 2);
  }

  /** Returns true if the machine was too busy for a judgement. */
  static boolean isTooBusy(Window after) {
    return after.machine().p99Nanos() > TOO_BUSY_NANOS;
  }

  /** Returns what was seen if lateness is not normal, or nothing. */
  static Optional<String> breach(
      Lateness before, Lateness after, Lateness machineBefore, Lateness machineAfter) {
    long mostNanos =
        Math.max(LEAST_NANOS, TIMES * before.p99Nanos())
            + TIMES * Math.max(machineBefore.p99Nanos(), machineAfter.p99Nanos());
    if (after.count() == 0 && before.count() > 0) {
      return Optional.of("none ran any more, of " + before.count() + " in the time before");
    }
    return after.p99Nanos() <= mostNanos
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "p99 %.1f ms from a second after the fault on, permitted are %.1f ms, before it"
                    + " %.1f ms; of a thread that only parks %.1f ms",
                after.p99Nanos() / 1e6,
                mostNanos / 1e6,
                before.p99Nanos() / 1e6,
                machineAfter.p99Nanos() / 1e6));
  }
}
