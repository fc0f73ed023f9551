package io.tourbillon.bench.waiting;

import io.tourbillon.bench.ProcessCpu;
import io.tourbillon.bench.subject.PendingTask;
import io.tourbillon.bench.subject.SubjectThreads;
import io.tourbillon.bench.subject.TimerKind;
import io.tourbillon.bench.subject.TimerSubject;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a service does while its one timer is an hour away.
 *
 * @param nanos for how long it was looked at
 * @param cpuNanos CPU time of the whole process
 * @param driverCpuNanos CPU time of the service's own thread
 * @param wakeups voluntary context switches; null where the platform does not tell
 */
record IdleCost(long nanos, long cpuNanos, long driverCpuNanos, @Nullable Wakeups wakeups) {

  /** Looks at a subject for a while, after a second in which it comes to rest. */
  static IdleCost measure(TimerKind kind, long seconds) throws IOException, InterruptedException {
    try (TimerSubject subject = kind.open(1, false)) {
      subject.arm(0, TimeUnit.HOURS.toNanos(1), new PendingTask());
      TimeUnit.SECONDS.sleep(1);
      IdleCost before = read();
      TimeUnit.SECONDS.sleep(seconds);
      IdleCost cost = read().since(before);
      subject.requirePending(1);
      return cost;
    }
  }

  private static IdleCost read() throws IOException {
    Wakeups wakeups = Wakeups.areKnown() ? Wakeups.read(SubjectThreads.NAME) : null;
    return new IdleCost(System.nanoTime(), ProcessCpu.nanos(), driverCpuNanosSoFar(), wakeups);
  }

  private IdleCost since(IdleCost before) {
    return new IdleCost(
        nanos - before.nanos,
        cpuNanos - before.cpuNanos,
        driverCpuNanos - before.driverCpuNanos,
        wakeups == null || before.wakeups == null ? null : wakeups.since(before.wakeups));
  }

  private static long driverCpuNanosSoFar() {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals(SubjectThreads.NAME)) {
        return ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.threadId());
      }
    }
    throw new IllegalStateException("a service must have a thread: " + SubjectThreads.NAME);
  }
}
