package io.tourbillon.bench.scenario;

import io.tourbillon.bench.subject.CoroutineKind;
import io.tourbillon.bench.subject.CoroutineSubject;
import io.tourbillon.bench.work.Footprint;
import io.tourbillon.bench.work.Sleepers;
import java.util.EnumMap;
import java.util.Map;

/** Trials of a coroutine system. */
final class CoroutineTrials {
  /** A warm-up is done by fewer coroutines, as rounds of all of them take long. */
  private static final int WARM_UP_SHARE = 10;

  /**
   * It begins with short rounds of very few. If all began to sleep before any woke up, a compiler
   * would see code after the sleep that never runs, and leave it out; then every one that is asleep
   * in such code has to go back to the interpreter, once for each caller that was compiled alike.
   */
  private static final int FIRST_SHARE = 1_000;

  private static final int FIRST_MILLIS_SHARE = 200;

  private CoroutineTrials() {}

  static Measurement sleepers(CoroutineKind kind, Job job) throws InterruptedException {
    CoroutineSubject subject = kind.open();
    runUntilOver(new WarmUp(job, 2), share(job, FIRST_SHARE, FIRST_MILLIS_SHARE), subject);
    runUntilOver(new WarmUp(job, 2), share(job, WARM_UP_SHARE, 1), subject);
    Sleepers all = new Sleepers(job.size(), job.measureMillis());
    System.gc();
    all.run(subject);
    Map<Metric, Double> figures = new EnumMap<>(Metric.class);
    figures.put(Metric.CPU_PER_OPERATION, all.cpuNanosPerSleep());
    return Measurement.of(figures, all.lateness());
  }

  private static Sleepers share(Job job, int ofCoroutines, int ofMillis) {
    return new Sleepers(
        Math.max(1, job.size() / ofCoroutines), Math.max(1, job.measureMillis() / ofMillis));
  }

  private static void runUntilOver(WarmUp warmUp, Sleepers sleepers, CoroutineSubject subject)
      throws InterruptedException {
    do {
      sleepers.run(subject);
    } while (!warmUp.isOver());
  }

  static Measurement memory(CoroutineKind kind, Job job) throws InterruptedException {
    Map<Metric, Double> figures = new EnumMap<>(Metric.class);
    figures.put(Metric.BYTES_EACH, Footprint.ofCoroutine(kind, job.size()));
    return Measurement.of(figures);
  }
}
