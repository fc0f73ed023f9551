package io.tourbillon.bench.demo;

import io.tourbillon.bench.ProcessCpu;
import io.tourbillon.bench.Progress;
import io.tourbillon.bench.demo.Summary.Serving;
import io.tourbillon.bench.demo.Summary.Stalls;
import io.tourbillon.bench.demo.Summary.Start;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.metrics.MetricsServer;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.TimerStats;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;

/** One run: arm, spawn, serve, shut down, judge. The package documentation describes the steps. */
final class Demo {
  private static final int BAR_COLUMNS = 79;
  private static final int REFRESH_MILLIS = 200;

  private final int seconds;
  private final int timerCount;
  private final int coroutineCount;
  private final int metricsPort;
  private final Consumer<URI> metricsAt;
  private final UnaryOperator<TimerService> disguise;
  private final Clock clock;
  private final Ledger ledger = new Ledger();
  private final LongAdder loopStalls = new LongAdder();
  private final CountDownLatch stopping = new CountDownLatch(1);

  /** Timers pending just before the shutdown. */
  private long pending;

  /**
   * Prepares a run.
   *
   * @param seconds how long to serve
   * @param timerCount how many timers are to be pending in the background
   * @param coroutineCount how many coroutines are to sleep beside the sessions
   * @param metricsPort where on the loopback address to serve metrics; 0 for any port that is free
   * @param metricsAt gets the address
   * @param disguise wraps the service, so that a test can break the promise; the identity otherwise
   * @param clock the clock of the coroutines, which a test may replace; the system's otherwise
   */
  Demo(
      int seconds,
      int timerCount,
      int coroutineCount,
      int metricsPort,
      Consumer<URI> metricsAt,
      UnaryOperator<TimerService> disguise,
      Clock clock) {
    this.seconds = seconds;
    this.timerCount = timerCount;
    this.coroutineCount = coroutineCount;
    this.metricsPort = metricsPort;
    this.metricsAt = metricsAt;
    this.disguise = disguise;
    this.clock = clock;
  }

  /** Makes the run end soon, with its summary. Thread-safe; may be called before the run. */
  void stop() {
    stopping.countDown();
  }

  private boolean isStopping() {
    return stopping.getCount() == 0;
  }

  /**
   * Runs; once only.
   *
   * @throws IOException if there can be no server
   * @throws UncheckedIOException if there can be none for metrics, as when its port is in use
   * @throws IllegalStateException if a thread or coroutine of the demo does not end
   */
  Summary run() throws IOException, InterruptedException {
    CoroutineScheduler scheduler =
        CoroutineScheduler.builder()
            .name("demo")
            .clock(clock)
            .recordStats()
            .stallHandler(stall -> loopStalls.increment())
            .build();
    try {
      return run(scheduler);
    } finally {
      // All coroutines have ended, unless something has failed; then none is waited for.
      scheduler.close(Duration.ZERO);
    }
  }

  private Summary run(CoroutineScheduler scheduler) throws IOException, InterruptedException {
    TimerService.Builder builder =
        TimerService.builder()
            .maxPending((long) timerCount + Clients.COUNT * Clients.MAX_TIMERS_EACH)
            .recordStats();
    try (TimerService timers = disguise.apply(builder.build());
        MetricsServer metrics =
            MetricsServer.builder().timers(timers).scheduler(scheduler).port(metricsPort).build()) {
      metricsAt.accept(metrics.uri());
      Start arming;
      Start spawning;
      @Nullable Serving serving;
      try (Background background = new Background(timers, ledger.background, timerCount);
          Sleepers sleepers = new Sleepers(scheduler, ledger, coroutineCount)) {
        arming = arm(background);
        spawning = spawn(sleepers);
        serving = isStopping() ? null : serve(scheduler, timers, background);
        shutDown(timers);
      }
      List<String> broken = judge(scheduler, timers);
      return new Summary(
          scheduler.engine(),
          arming,
          spawning,
          serving,
          pending,
          isStopping(),
          ledger,
          stalls(timers),
          broken);
    }
  }

  private Start arm(Background background) {
    long bytesBefore = heapBytesAfterCollection();
    long startNanos = System.nanoTime();
    try (ProgressBar bar = bar("arming ", timerCount, " timers", 1)) {
      background.arm(armed -> step(bar, armed));
      bar.stepTo(background.armed());
    }
    long nanos = System.nanoTime() - startNanos;
    return new Start(background.armed(), nanos, heapBytesSince(bytesBefore));
  }

  private Start spawn(Sleepers sleepers) throws InterruptedException {
    sleepers.warmUp(() -> !isStopping());
    long bytesBefore = isStopping() ? 0 : heapBytesAfterCollection();
    long startNanos = System.nanoTime();
    try (ProgressBar bar = bar("spawning", coroutineCount, " sleepers", 1)) {
      sleepers.spawn(begun -> step(bar, begun));
      bar.stepTo(sleepers.spawned());
    }
    long nanos = System.nanoTime() - startNanos;
    Start spawning = new Start(sleepers.spawned(), nanos, heapBytesSince(bytesBefore));
    // What came due during that collection is late: as much time again lets it be worked off.
    var _ = stopping.await(System.nanoTime() - startNanos - nanos, TimeUnit.NANOSECONDS);
    return spawning;
  }

  /** Returns false if the run is to stop. */
  private boolean step(ProgressBar bar, int count) {
    bar.stepTo(count);
    return !isStopping();
  }

  private long heapBytesSince(long bytesBefore) {
    return isStopping() ? Start.NOT_MEASURED : heapBytesAfterCollection() - bytesBefore;
  }

  private static long heapBytesAfterCollection() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private Serving serve(CoroutineScheduler scheduler, TimerService timers, Background background)
      throws IOException, InterruptedException {
    ledger.timers.measureLateness();
    ledger.delays.measureLateness();
    long startNanos = System.nanoTime();
    long startCpuNanos = ProcessCpu.nanos();
    try (DemoServer server = new DemoServer(scheduler, timers, ledger);
        Clients clients = new Clients(timers, server.address(), ledger)) {
      clients.start();
      background.startChurn();
      awaitEnd(startNanos);
      Serving serving =
          new Serving(
              System.nanoTime() - startNanos,
              ProcessCpu.nanos() - startCpuNanos,
              ledger.timers.latenessNanos(),
              ledger.delays.latenessNanos());
      // While everything runs: then the promise is hardest to keep.
      shutDown(timers);
      return serving;
    }
  }

  private void awaitEnd(long startNanos) throws InterruptedException {
    long wholeMillis = TimeUnit.SECONDS.toMillis(seconds);
    long millis = 0;
    try (ProgressBar bar = bar("serving", wholeMillis, " s", TimeUnit.SECONDS.toMillis(1))) {
      while (millis < wholeMillis
          && !stopping.await(
              Math.min(REFRESH_MILLIS, wholeMillis - millis), TimeUnit.MILLISECONDS)) {
        millis = Duration.ofNanos(System.nanoTime() - startNanos).toMillis();
        bar.stepTo(Math.min(millis, wholeMillis));
        bar.setExtraMessage(String.format(Locale.ROOT, " %,d requests", ledger.answers.sum()));
      }
    }
  }

  /** The first time counts; after that there is nothing left to hand back. */
  private void shutDown(TimerService timers) {
    if (!timers.isShutdown()) {
      pending = timers.pending();
      ledger.handBack(timers.shutdownNow());
    }
  }

  /** Called once the last thread has ended, which is the driver, and the last coroutine. */
  private List<String> judge(CoroutineScheduler scheduler, TimerService timers) {
    timers.close();
    List<String> broken = new ArrayList<>();
    if (!scheduler.close(Duration.ZERO)) {
      broken.add("every coroutine ends: the scheduler was closed, and some have not");
    }
    broken.addAll(ledger.broken());
    broken.addAll(ledger.disagreements(timers.stats()));
    return broken;
  }

  private Stalls stalls(TimerService timers) {
    TimerStats stats = timers.stats();
    return new Stalls(stats.pauses(), stats.pauseNanos(), loopStalls.sum());
  }

  private static ProgressBar bar(String name, long max, String unit, long unitSize) {
    return Progress.bar(name, max, BAR_COLUMNS).setUnit(unit, unitSize).hideEta().build();
  }
}
