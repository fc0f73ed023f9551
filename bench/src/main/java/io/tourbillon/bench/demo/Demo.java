package io.tourbillon.bench.demo;

import io.tourbillon.bench.ProcessCpu;
import io.tourbillon.bench.Progress;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.metrics.MetricsServer;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.TimerStats;
import java.io.IOException;
import java.io.UncheckedIOException;
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

/** One run: arm, spawn, serve, shut down, settle. See the package for the story. */
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
  private final Ledger delays = new Ledger();
  private final Kinds kinds = Kinds.open(ledger, delays);
  private final Rolls rolls = Rolls.open();
  private final LongAdder loopStalls = new LongAdder();
  private final Tally tally = new Tally();
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
   * @param metricsAt is told the address
   * @param disguise puts something between the demo and the service, by which a test can break the
   *     promise; the identity otherwise
   * @param clock the clock of the coroutines, by which a test can break theirs; the system's
   *     otherwise
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

  /** Makes the run end soon, with its summary; from any thread and at any moment, before it too. */
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
      // Nobody is left, unless something has failed, and then nobody is waited for.
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
      Summary.Arming arming;
      Summary.Spawning spawning;
      Summary.Serving serving;
      try (Background background = new Background(timers, kinds.background(), timerCount);
          Sleepers sleepers =
              new Sleepers(scheduler, kinds.sleeps(), rolls.sleepers(), coroutineCount)) {
        arming = arm(background);
        spawning = spawn(scheduler, sleepers);
        serving = isStopping() ? Summary.Serving.NONE : serve(scheduler, timers, background);
        shutDown(timers);
      }
      return settle(scheduler, timers, arming, spawning, serving);
    }
  }

  private Summary.Arming arm(Background background) {
    long bytesBefore = Usage.heapBytesAfterCollection();
    long startNanos = System.nanoTime();
    try (ProgressBar bar = bar("arming ", timerCount, " timers", 1)) {
      background.arm(
          armed -> {
            bar.stepTo(armed);
            return !isStopping();
          });
      bar.stepTo(background.armed());
    }
    long nanos = System.nanoTime() - startNanos;
    long heapBytes =
        isStopping() ? Summary.Arming.NOT_MEASURED : Usage.heapBytesAfterCollection() - bytesBefore;
    return new Summary.Arming(background.armed(), nanos, heapBytes);
  }

  private Summary.Spawning spawn(CoroutineScheduler scheduler, Sleepers sleepers)
      throws InterruptedException {
    sleepers.warmUp(() -> !isStopping());
    long bytesBefore = isStopping() ? 0 : Usage.heapBytesAfterCollection();
    long startNanos = System.nanoTime();
    try (ProgressBar bar = bar("spawning", coroutineCount, " sleepers", 1)) {
      sleepers.spawn(
          begun -> {
            bar.stepTo(begun);
            return !isStopping();
          });
      bar.stepTo(sleepers.spawned());
    }
    long nanos = System.nanoTime() - startNanos;
    long heapBytes =
        isStopping() ? Summary.Arming.NOT_MEASURED : Usage.heapBytesAfterCollection() - bytesBefore;
    // What came due during that collection is late: it is given as long again to be done with.
    var _ = stopping.await(System.nanoTime() - startNanos - nanos, TimeUnit.NANOSECONDS);
    return new Summary.Spawning(scheduler.engine(), sleepers.spawned(), nanos, heapBytes);
  }

  private Summary.Serving serve(
      CoroutineScheduler scheduler, TimerService timers, Background background)
      throws IOException, InterruptedException {
    ledger.measureLateness();
    delays.measureLateness();
    long startNanos = System.nanoTime();
    long startCpuNanos = ProcessCpu.nanos();
    try (DemoServer server = new DemoServer(scheduler, timers, kinds, rolls, tally);
        Clients clients = new Clients(timers, server.address(), kinds, tally)) {
      clients.start();
      background.startChurn();
      awaitEnd(startNanos);
      Summary.Serving serving =
          new Summary.Serving(
              System.nanoTime() - startNanos,
              ProcessCpu.nanos() - startCpuNanos,
              ledger.latenessNanos(),
              delays.latenessNanos());
      // In the middle of it all: that is where the promise is hardest to keep.
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
        bar.setExtraMessage(String.format(Locale.ROOT, " %,d requests", tally.answers()));
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

  /** Judges, once the last thread has ended, which is the driver, and the last coroutine. */
  private Summary settle(
      CoroutineScheduler scheduler,
      TimerService timers,
      Summary.Arming arming,
      Summary.Spawning spawning,
      Summary.Serving serving) {
    timers.close();
    List<String> broken = new ArrayList<>();
    if (!scheduler.close(Duration.ZERO)) {
      broken.add("every coroutine ends: the scheduler was closed, and some have not");
    }
    TimerStats stats = timers.stats();
    broken.addAll(ledger.broken());
    broken.addAll(ledger.disagreements(stats));
    broken.addAll(delays.broken());
    broken.addAll(rolls.broken());
    Summary.Stalls stalls =
        new Summary.Stalls(stats.pauses(), stats.pauseNanos(), loopStalls.sum());
    return new Summary(
        arming,
        spawning,
        serving,
        pending,
        isStopping(),
        kinds,
        ledger,
        delays,
        rolls,
        tally,
        stalls,
        broken);
  }

  private static ProgressBar bar(String name, long max, String unit, long unitSize) {
    return Progress.bar(name, max, BAR_COLUMNS).setUnit(unit, unitSize).hideEta().build();
  }
}
