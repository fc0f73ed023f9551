package io.tourbillon.bench.demo;

import io.tourbillon.bench.ProcessCpu;
import io.tourbillon.bench.Progress;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.TimerStats;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import me.tongfei.progressbar.ProgressBar;

/** One run: arm, serve, shut down, settle. See the package for the story. */
final class Demo {
  private static final int BAR_COLUMNS = 79;
  private static final int REFRESH_MILLIS = 200;

  private final int seconds;
  private final int timerCount;
  private final UnaryOperator<TimerService> disguise;
  private final Ledger ledger = new Ledger();
  private final Kinds kinds = Kinds.open(ledger);
  private final Tally tally = new Tally();
  private final CountDownLatch stopping = new CountDownLatch(1);

  /** Timers pending just before the shutdown. */
  private long pending;

  /**
   * Prepares a run.
   *
   * @param seconds how long to serve
   * @param timerCount how many timers are to be pending in the background
   * @param disguise puts something between the demo and the service, by which a test can break the
   *     promise; the identity otherwise
   */
  Demo(int seconds, int timerCount, UnaryOperator<TimerService> disguise) {
    this.seconds = seconds;
    this.timerCount = timerCount;
    this.disguise = disguise;
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
   * @throws IllegalStateException if a thread of the demo does not end
   */
  Summary run() throws IOException, InterruptedException {
    TimerService.Builder builder =
        TimerService.builder()
            .maxPending((long) timerCount + Clients.COUNT * Clients.MAX_TIMERS_EACH)
            .recordStats();
    try (TimerService timers = disguise.apply(builder.build())) {
      Summary.Arming arming;
      Summary.Serving serving;
      try (Background background = new Background(timers, kinds.background(), timerCount)) {
        arming = arm(background);
        serving = isStopping() ? Summary.Serving.NONE : serve(timers, background);
        shutDown(timers);
      }
      return settle(timers, arming, serving);
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

  private Summary.Serving serve(TimerService timers, Background background)
      throws IOException, InterruptedException {
    ledger.measureLateness();
    long startNanos = System.nanoTime();
    long startCpuNanos = ProcessCpu.nanos();
    try (DemoServer server = new DemoServer(timers, kinds.lateAnswers());
        Clients clients = new Clients(timers, server.address(), kinds, tally)) {
      clients.start();
      background.startChurn();
      awaitEnd(startNanos);
      Summary.Serving serving =
          new Summary.Serving(
              System.nanoTime() - startNanos,
              ProcessCpu.nanos() - startCpuNanos,
              ledger.latenessNanos());
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

  /** Judges, once the last thread has ended, which is the driver. */
  private Summary settle(TimerService timers, Summary.Arming arming, Summary.Serving serving) {
    timers.close();
    TimerStats stats = timers.stats();
    List<String> broken = new ArrayList<>(ledger.broken());
    broken.addAll(ledger.disagreements(stats));
    Summary.Stalls stalls = new Summary.Stalls(stats.pauses(), stats.pauseNanos());
    return new Summary(
        arming, serving, pending, isStopping(), kinds, ledger, tally, stalls, broken);
  }

  private static ProgressBar bar(String name, long max, String unit, long unitSize) {
    return Progress.bar(name, max, BAR_COLUMNS).setUnit(unit, unitSize).hideEta().build();
  }
}
