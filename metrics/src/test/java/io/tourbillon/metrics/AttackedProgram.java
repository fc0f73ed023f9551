package io.tourbillon.metrics;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.timer.Distribution;
import io.tourbillon.timer.TimerService;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Timers and coroutines with a server, which other processes attack. Prints the port of the server.
 * Then, for each line that it reads, it measures for some seconds and prints the result. Must run
 * in a JVM of its own.
 */
final class AttackedProgram {
  private static final int COROUTINES = 20_000;
  private static final int NAME_LENGTH = 400;
  private static final int TIMERS_A_STEP = 10;
  private static final long STEP_MILLIS = 5;
  private static final long DELAY_MILLIS = 20;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final Duration MEASURED = Duration.ofSeconds(10);

  private AttackedProgram() {}

  public static void main(String[] arguments) throws Exception {
    TimerService timers = TimerService.builder().recordStats().build();
    CoroutineScheduler scheduler =
        CoroutineScheduler.builder().engine(Engine.HANDOFF).recordStats().build();
    for (int number = 0; number < COROUTINES; number++) {
      String name = number + "n".repeat(NAME_LENGTH - String.valueOf(number).length());
      scheduler.spawn(SpawnOptions.named(name), () -> Coroutines.delay(Duration.ofHours(1)));
    }
    MetricsServer server = MetricsServer.builder().timers(timers).scheduler(scheduler).build();
    measure(timers, Duration.ofSeconds(5));
    System.out.println(server.port());
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    while (commands.readLine() != null) {
      System.out.println(measure(timers, MEASURED));
    }
    System.exit(0);
  }

  private static String measure(TimerService timers, Duration time) throws InterruptedException {
    Distribution before = timers.stats().latenessNanos();
    long cpuBeforeNanos = cpuNanos();
    long startNanos = System.nanoTime();
    int threads = 0;
    while (System.nanoTime() - startNanos < time.toNanos()) {
      threads = Math.max(threads, THREADS.getThreadCount());
      for (int timer = 0; timer < TIMERS_A_STEP; timer++) {
        timers.arm(DELAY_MILLIS, TimeUnit.MILLISECONDS, () -> {});
      }
      TimeUnit.MILLISECONDS.sleep(STEP_MILLIS);
    }
    Distribution lateness = timers.stats().latenessNanos().minus(before);
    long cpuMillisPerSecond =
        (cpuNanos() - cpuBeforeNanos) * 1000 / (System.nanoTime() - startNanos);
    return String.format(
        Locale.ROOT,
        "lateness p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, max %.2f ms of %d timers;"
            + " CPU %d ms/s; %d threads at most; %d MB live",
        lateness.percentile(50) / 1e6,
        lateness.percentile(99) / 1e6,
        lateness.percentile(99.9) / 1e6,
        lateness.max() / 1e6,
        lateness.count(),
        cpuMillisPerSecond,
        threads,
        liveBytes() >> 20);
  }

  private static long cpuNanos() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
  }

  /** Returns how many bytes of the heap are in use during the attack. */
  private static long liveBytes() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
