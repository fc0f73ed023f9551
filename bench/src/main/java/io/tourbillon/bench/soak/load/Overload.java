package io.tourbillon.bench.soak.load;

import io.tourbillon.bench.account.Account;
import io.tourbillon.bench.account.CheckedTimer;
import io.tourbillon.bench.soak.round.CheckedService;
import io.tourbillon.bench.soak.round.RoundResult;
import io.tourbillon.bench.soak.round.Sampler;
import io.tourbillon.bench.soak.round.Window;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Callers arm timers as fast as they can, more than the service may hold, and their tasks take more
 * time than the executor has. Both refuse: the service by an exception of the call, the executor by
 * a call of the handler. What is accepted and let through runs. How late it is has a bound, too:
 * the driver works off at most as many timers as may be pending, and the queue of the executor is
 * short.
 */
final class Overload implements LoadTrial {
  private static final int CALLERS = 2;
  private static final int WORKERS = 2;
  private static final int MOST_PENDING = 50_000;
  private static final int MOST_QUEUED = 200;
  private static final long MOST_DELAY_MICROS = 200_000;
  private static final long TASK_NANOS = 50_000;
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final AtomicLong refusedByService = new AtomicLong();
  private final AtomicLong refusedByExecutor = new AtomicLong();
  private volatile boolean stopped;

  @Override
  public RoundResult run(String name, long seed, Duration duration) throws Exception {
    LoadReport report = new LoadReport(name, seed);
    SplittableRandom random = new SplittableRandom(seed);
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            WORKERS,
            WORKERS,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_QUEUED),
            Thread.ofPlatform().daemon().name("soak-worker-", 1).factory());
    try (Sampler sampler = new Sampler(LoadReport.WINDOW_MILLIS)) {
      CheckedService[] built = new CheckedService[1];
      CheckedService service =
          new CheckedService(
              "timers",
              sampler.timers(),
              options ->
                  options
                      .maxPending(MOST_PENDING)
                      .executor(task -> execute(pool, task, () -> built[0].willRefuse())),
              UnaryOperator.identity());
      built[0] = service;
      List<Thread> callers =
          IntStream.range(0, CALLERS)
              .mapToObj(number -> random.split())
              .map(
                  own ->
                      Thread.ofPlatform()
                          .daemon()
                          .name("soak-caller")
                          .start(() -> arm(service, own)))
              .toList();
      TimeUnit.NANOSECONDS.sleep(duration.toNanos());
      Window part = sampler.endPart();
      stopped = true;
      for (Thread caller : callers) {
        if (!caller.join(GRACE)) {
          report.breaches().add("no call blocks", List.of(caller.getStackTrace()));
        }
      }
      service.closeAndJudge(report.breaches());
      report(report, service, part, duration);
      return report.result(null, part, sampler);
    } finally {
      pool.shutdown();
    }
  }

  private void execute(ThreadPoolExecutor pool, Runnable task, Runnable beforeRefusal) {
    try {
      pool.execute(task);
    } catch (RejectedExecutionException full) {
      refusedByExecutor.incrementAndGet();
      beforeRefusal.run();
      throw full;
    }
  }

  private void arm(CheckedService service, SplittableRandom random) {
    Account account = service.open("accepted timers");
    while (!stopped) {
      try {
        new Working(account)
            .arm(service.timers(), random.nextLong(MOST_DELAY_MICROS), TimeUnit.MICROSECONDS);
      } catch (RejectedExecutionException full) {
        service.hasRefused();
        refusedByService.incrementAndGet();
        pause();
      }
    }
  }

  /** As a caller should that was refused. */
  private static void pause() {
    try {
      TimeUnit.MICROSECONDS.sleep(50);
    } catch (InterruptedException never) {
      Thread.currentThread().interrupt();
    }
  }

  /** A timer whose task computes for a while. */
  private static final class Working extends CheckedTimer {
    Working(Account account) {
      super(account);
    }

    @Override
    protected void fire() {
      long startNanos = System.nanoTime();
      while (System.nanoTime() - startNanos < TASK_NANOS) {
        Thread.onSpinWait();
      }
    }
  }

  private void report(LoadReport report, CheckedService service, Window part, Duration duration) {
    report.figure("timers offered", service.accepted() + refusedByService.get());
    report.figure("refused by the limit of pending timers", refusedByService.get());
    report.figure("accepted", service.accepted());
    report.figure("of those refused by the executor", refusedByExecutor.get());
    report.figure("of those run", part.timers().count());
    report.figure("of those handed back at the close", service.handedBack());
    report.figure("run a second", part.timers().count() / Math.max(1, duration.toSeconds()));
    report.lateness(part);
    if (refusedByService.get() == 0 || refusedByExecutor.get() == 0) {
      report
          .breaches()
          .add(
              "an overload is refused visibly",
              refusedByService + " by the service, " + refusedByExecutor + " by the executor");
    }
  }
}
