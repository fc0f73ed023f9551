package io.tourbillon.bench.soak.load;

import io.tourbillon.bench.account.Account;
import io.tourbillon.bench.account.CheckedTimer;
import io.tourbillon.bench.soak.round.CheckedService;
import io.tourbillon.bench.soak.round.RoundResult;
import io.tourbillon.bench.soak.round.Sampler;
import io.tourbillon.bench.soak.round.Window;
import io.tourbillon.timer.TimerService;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.HdrHistogram.Histogram;

/**
 * Millions of pending timers, each with a task of its own, which two threads cancel, arm and push
 * out at random, at a rate that is asked for. Each call is measured.
 *
 * <p>The heap of the JVM is what the tasks take and 2 GB: if the service needed more, the load
 * would end with an {@code OutOfMemoryError}.
 */
final class PendingTimers implements LoadTrial {
  /** 10 million tasks, the array that refers to them and the one of their ids; and 2 GB. */
  static final int HEAP_MEGABYTES = 440 + 2048;

  private static final int THREADS = 2;
  private static final long SHORTEST_MILLIS = 1_000;
  private static final long LONGEST_MILLIS = 1_200_000;
  private static final long BATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long MOST_CALL_NANOS = TimeUnit.MINUTES.toNanos(10);
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final int count;
  private final long callsPerSecond;

  PendingTimers(int count, long callsPerSecond) {
    this.count = count;
    this.callsPerSecond = callsPerSecond;
  }

  @Override
  public RoundResult run(String name, long seed, Duration duration) throws Exception {
    LoadReport report = new LoadReport(name, seed);
    SplittableRandom random = new SplittableRandom(seed);
    try (Sampler sampler = new Sampler(LoadReport.WINDOW_MILLIS)) {
      CheckedService service =
          new CheckedService(
              "timers", sampler.timers(), options -> options, UnaryOperator.identity());
      long bytesBefore = liveBytes();
      List<Caller> callers = new ArrayList<>();
      for (int number = 0; number < THREADS; number++) {
        callers.add(new Caller(service, random.split()));
      }
      long taskBytes = liveBytes() - bytesBefore;
      long startNanos = System.nanoTime();
      callers.forEach(Caller::armAll);
      report.figure("timers armed", service.timers().pending());
      report.figure("milliseconds to arm them", (System.nanoTime() - startNanos) / 1_000_000);
      report.figure("MiB of the tasks and their ids", taskBytes >> 20);
      report.figure("MiB of the pending timers", (liveBytes() - bytesBefore - taskBytes) >> 20);
      report.figure(
          "MiB of heap permitted beyond the tasks",
          (Runtime.getRuntime().maxMemory() - taskBytes) >> 20);
      // What came due during that collection is late, and says nothing.
      TimeUnit.SECONDS.sleep(1);
      sampler.endPart();
      long fromNanos = System.nanoTime();
      callers.forEach(Caller::start);
      TimeUnit.NANOSECONDS.sleep(duration.toNanos());
      for (Caller caller : callers) {
        caller.stop(report);
      }
      double seconds = (System.nanoTime() - fromNanos) / 1e9;
      Window part = sampler.endPart();
      RoundResult result = result(report, service, callers, seconds, part, sampler);
      return result;
    }
  }

  private RoundResult result(
      LoadReport report,
      CheckedService service,
      List<Caller> callers,
      double seconds,
      Window part,
      Sampler sampler) {
    Histogram calls = new Histogram(MOST_CALL_NANOS, 2);
    callers.forEach(caller -> calls.add(caller.callNanos));
    long reached = (long) (calls.getTotalCount() / seconds);
    report.figure("calls a second asked for", callsPerSecond);
    report.figure("calls a second reached", reached);
    if (reached < 0.98 * callsPerSecond) {
      report.note("this machine did not reach the rate that was asked for");
    }
    report.figure("timers pending at the end", service.timers().pending());
    report.figure("timers fired meanwhile", part.timers().count());
    report.lateness(part);
    report.times("a call", calls);
    service.closeAndJudge(report.breaches());
    report.figure("timers in all", service.accepted());
    return report.result(null, part, sampler);
  }

  private static long liveBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** A thread with its share of the timers and of the rate. */
  private final class Caller {
    private final TimerService service;
    private final SplittableRandom random;
    private final CheckedTimer[] timers = new CheckedTimer[count / THREADS];
    private final long[] ids = new long[timers.length];
    private final Histogram callNanos = new Histogram(MOST_CALL_NANOS, 2);
    private final Thread thread =
        Thread.ofPlatform().daemon().name("soak-caller").unstarted(this::run);

    /** The timer that the next call arms again, so that all stay pending; negative for none. */
    private int cancelledSlot = -1;

    /** Written by the thread that stops, read by the caller. */
    private volatile boolean stopped;

    Caller(CheckedService service, SplittableRandom random) {
      this.service = service.timers();
      this.random = random;
      Account account = service.open("pending timers");
      for (int slot = 0; slot < timers.length; slot++) {
        timers[slot] = new CheckedTimer(account);
      }
    }

    void armAll() {
      for (int slot = 0; slot < timers.length; slot++) {
        ids[slot] = timers[slot].arm(service, delayMillis(), TimeUnit.MILLISECONDS);
      }
    }

    private long delayMillis() {
      return random.nextLong(SHORTEST_MILLIS, LONGEST_MILLIS);
    }

    void start() {
      thread.start();
    }

    /** Makes calls in batches, so that the rate holds, and makes up for a delay. */
    private void run() {
      double perNano = callsPerSecond / 1e9 / THREADS;
      long startNanos = System.nanoTime();
      long made = 0;
      while (!stopped) {
        long due = (long) ((System.nanoTime() - startNanos) * perNano);
        long batch = Math.min(due - made, (long) (2 * BATCH_NANOS * perNano) + 1);
        for (long call = 0; call < batch; call++) {
          call();
        }
        made += batch;
        if (made >= due) {
          sleep();
        }
      }
    }

    private static void sleep() {
      try {
        TimeUnit.NANOSECONDS.sleep(BATCH_NANOS);
      } catch (InterruptedException never) {
        Thread.currentThread().interrupt();
      }
    }

    private void call() {
      int slot = cancelledSlot >= 0 ? cancelledSlot : random.nextInt(timers.length);
      cancelledSlot = -1;
      CheckedTimer timer = timers[slot];
      long fromNanos = System.nanoTime();
      if (!timer.isPending()) {
        ids[slot] = timer.arm(service, delayMillis(), TimeUnit.MILLISECONDS);
      } else if (random.nextInt(3) == 0) {
        if (timer.cancel(service, ids[slot])) {
          cancelledSlot = slot;
        }
      } else {
        timer.rearm(service, ids[slot], delayMillis(), TimeUnit.MILLISECONDS);
      }
      callNanos.recordValue(Math.min(System.nanoTime() - fromNanos, MOST_CALL_NANOS));
    }

    void stop(LoadReport report) throws InterruptedException {
      stopped = true;
      if (!thread.join(GRACE)) {
        report.breaches().add("no call blocks", List.of(thread.getStackTrace()));
      }
    }
  }
}
