package io.tourbillon.bench.jmh;

import io.tourbillon.bench.ProcessCpu;
import io.tourbillon.bench.subject.TimerSubject;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One round of {@link Fire}: arm all, wait until all have fired, check, report. */
final class FireRound {
  private static final long PATIENCE_SECONDS = 60;

  private final FireTask[] tasks;
  private final long[] delayNanos;
  private final long windowNanos;
  private final FireLog log;
  private long cpuNanos;

  FireRound(int timers, long windowNanos) {
    if (timers < 1) {
      throw new IllegalArgumentException("timers must be at least 1: " + timers);
    }
    this.windowNanos = windowNanos;
    log = new FireLog(timers);
    tasks = new FireTask[timers];
    delayNanos = new long[timers];
    Xorshift random = new Xorshift(1);
    for (int place = 0; place < timers; place++) {
      tasks[place] = new FireTask(log);
      delayNanos[place] = (long) (random.nextBelow(1 << 30) / (double) (1 << 30) * windowNanos);
    }
  }

  /** Makes ready for a new round. */
  void reset() {
    log.reset();
  }

  /**
   * Arms all timers and waits for the last.
   *
   * @throws IllegalStateException if one is still missing a minute after it was due
   */
  void run(TimerSubject service) throws InterruptedException {
    long startCpuNanos = ProcessCpu.nanos();
    for (int place = 0; place < tasks.length; place++) {
      FireTask task = tasks[place];
      task.expect(System.nanoTime() + delayNanos[place]);
      service.arm(place, delayNanos[place], task);
    }
    boolean all = log.await(windowNanos + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS));
    cpuNanos = ProcessCpu.nanos() - startCpuNanos;
    if (!all) {
      throw new IllegalStateException("a timer must fire: of " + tasks.length + " some did not");
    }
  }

  /**
   * What the round has found, after checking it.
   *
   * @throws IllegalStateException if a timer fired early or twice
   */
  List<Figure> figures() {
    for (FireTask task : tasks) {
      task.requireFiredOnce();
    }
    long[] sorted = log.latenessNanos().clone();
    Arrays.sort(sorted);
    if (sorted[0] < 0) {
      throw new IllegalStateException("a timer must not be early: by " + -sorted[0] + " ns");
    }
    return List.of(
        new Figure("cpuPerTimer", (double) cpuNanos / tasks.length, "ns"),
        new Figure("lateP50", percentileMicros(sorted, 50), "us"),
        new Figure("lateP99", percentileMicros(sorted, 99), "us"),
        new Figure("lateMax", percentileMicros(sorted, 100), "us"));
  }

  /** The smallest value that is no less than this share of all. */
  private static double percentileMicros(long[] sorted, int percent) {
    int rank = (int) Math.ceilDiv((long) sorted.length * percent, 100);
    return sorted[rank - 1] / 1e3;
  }
}
