package io.tourbillon.bench.work;

import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.TimerKind;
import io.tourbillon.bench.subject.TimerSubject;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * What a service uses while its only timer is an hour away. Its threads are those that did not
 * exist before it was opened, since the JVM has threads of its own that wake up sometimes.
 *
 * @param cpuPercent CPU time of its threads, in percent of a core
 * @param wakeUpsPerSecond wake-ups of its threads; empty if the platform does not report them
 */
public record IdleCost(double cpuPercent, OptionalDouble wakeUpsPerSecond) {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** Observes a service for a while, after a second in which it comes to rest. */
  public static IdleCost measure(TimerKind kind, int millis)
      throws IOException, InterruptedException {
    Set<Long> otherJavaThreads = javaThreads();
    Set<String> otherThreads = Wakeups.read().threads();
    try (TimerSubject subject = kind.open(1, false)) {
      subject.arm(0, TimeUnit.HOURS.toNanos(1), SubjectTask.newIdle());
      TimeUnit.SECONDS.sleep(1);
      long startNanos = System.nanoTime();
      long startCpuNanos = cpuNanos(otherJavaThreads);
      Wakeups before = Wakeups.read();
      TimeUnit.MILLISECONDS.sleep(millis);
      long wakeUps = Wakeups.read().since(before, otherThreads);
      long cpuNanos = cpuNanos(otherJavaThreads) - startCpuNanos;
      subject.requirePending(1);
      return new IdleCost(
          100.0 * cpuNanos / (System.nanoTime() - startNanos),
          Wakeups.areKnown() ? OptionalDouble.of(wakeUps * 1e3 / millis) : OptionalDouble.empty());
    }
  }

  private static Set<Long> javaThreads() {
    return Arrays.stream(THREADS.getAllThreadIds()).boxed().collect(Collectors.toSet());
  }

  private static long cpuNanos(Set<Long> others) {
    return javaThreads().stream()
        .filter(thread -> !others.contains(thread))
        .mapToLong(THREADS::getThreadCpuTime)
        .filter(nanos -> nanos > 0)
        .sum();
  }
}
