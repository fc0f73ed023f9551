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

  private CoroutineTrials() {}

  static Measurement sleepers(CoroutineKind kind, Job job) throws InterruptedException {
    CoroutineSubject subject = kind.open();
    Sleepers few = new Sleepers(Math.max(1, job.size() / WARM_UP_SHARE), job.measureMillis());
    WarmUp warmUp = new WarmUp(job);
    do {
      few.run(subject);
    } while (!warmUp.isOver());
    Sleepers all = new Sleepers(job.size(), job.measureMillis());
    System.gc();
    all.run(subject);
    Map<Metric, Double> figures = new EnumMap<>(Metric.class);
    figures.put(Metric.CPU_PER_OPERATION, all.cpuNanosPerSleep());
    return Measurement.of(figures, all.lateness());
  }

  static Measurement memory(CoroutineKind kind, Job job) throws InterruptedException {
    Map<Metric, Double> figures = new EnumMap<>(Metric.class);
    figures.put(Metric.BYTES_EACH, Footprint.ofCoroutine(kind, job.size()));
    return Measurement.of(figures);
  }
}
