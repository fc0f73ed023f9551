package io.tourbillon.bench.scenario;

import io.tourbillon.bench.ProcessCpu;
import io.tourbillon.bench.subject.TimerKind;
import io.tourbillon.bench.subject.TimerSubject;
import io.tourbillon.bench.work.FireRound;
import io.tourbillon.bench.work.Footprint;
import io.tourbillon.bench.work.IdleCost;
import io.tourbillon.bench.work.IdleTimeouts;
import io.tourbillon.bench.work.Order;
import io.tourbillon.bench.work.RequestTimeouts;
import io.tourbillon.bench.work.SteadyWork;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Trials of a timer service. */
final class TimerTrials {
  /** A peak is warmed up by one of so many timers. */
  private static final int WARM_UP_SHARE = 10;

  private TimerTrials() {}

  static Measurement requestTimeouts(TimerKind kind, Job job) {
    SteadyWork work = new RequestTimeouts(kind.open(job.size(), false), job.size(), Order.RANDOM);
    work.fill();
    return Measurement.of(Repetition.measure(work, job));
  }

  static Measurement idleTimeouts(TimerKind kind, Job job) {
    int idleMillis = job.warmUpMillis() + job.measureMillis();
    SteadyWork work = new IdleTimeouts(kind.open(job.size(), false), job.size(), idleMillis);
    work.fill();
    return Measurement.of(Repetition.measure(work, job));
  }

  static Measurement peak(TimerKind kind, Job job) {
    warmUpPeak(kind, job);
    RequestTimeouts work =
        new RequestTimeouts(kind.open(job.size(), false), job.size(), Order.RANDOM);
    long startNanos = ProcessCpu.nanos();
    work.fill();
    long armNanos = ProcessCpu.nanos() - startNanos;
    Map<Metric, Double> figures = Repetition.measure(work, job);
    startNanos = ProcessCpu.nanos();
    work.drain();
    long cancelNanos = ProcessCpu.nanos() - startNanos;
    figures.put(Metric.ARM_CPU, (double) armNanos / job.size());
    figures.put(Metric.CANCEL_CPU, (double) cancelNanos / job.size());
    return Measurement.of(figures);
  }

  /** Fills and drains a smaller service, so that the code that does it is compiled. */
  private static void warmUpPeak(TimerKind kind, Job job) {
    int few = Math.max(1, job.size() / WARM_UP_SHARE);
    RequestTimeouts work = new RequestTimeouts(kind.open(few, false), few, Order.RANDOM);
    WarmUp warmUp = new WarmUp(job);
    do {
      work.fill();
      work.drain();
    } while (!warmUp.isOver());
    work.close();
    System.gc();
  }

  static Measurement fire(TimerKind kind, Job job) throws InterruptedException {
    FireRound round = new FireRound(job.size(), TimeUnit.MILLISECONDS.toNanos(job.measureMillis()));
    TimerSubject service = kind.open(job.size(), false);
    WarmUp warmUp = new WarmUp(job);
    do {
      fireOnce(round, service);
      round.lateness();
    } while (!warmUp.isOver());
    fireOnce(round, service);
    Map<Metric, Double> figures = new EnumMap<>(Metric.class);
    figures.put(Metric.CPU_PER_OPERATION, round.cpuNanosPerTimer());
    return Measurement.of(figures, round.lateness());
  }

  /** Garbage of the round before is not collected on this one's account. */
  private static void fireOnce(FireRound round, TimerSubject service) throws InterruptedException {
    round.reset();
    System.gc();
    round.run(service);
    service.requirePending(0);
  }

  static Measurement idle(TimerKind kind, Job job) throws IOException, InterruptedException {
    IdleCost cost = IdleCost.measure(kind, job.measureMillis());
    Map<Metric, Double> figures = new EnumMap<>(Metric.class);
    figures.put(Metric.CPU_PERCENT, cost.cpuPercent());
    cost.wakeUpsPerSecond().ifPresent(value -> figures.put(Metric.WAKE_UPS_PER_SECOND, value));
    return Measurement.of(figures);
  }

  static Measurement memory(TimerKind kind, Job job) throws InterruptedException {
    Footprint footprint = Footprint.measure(kind, job.size());
    Map<Metric, Double> figures = new EnumMap<>(Metric.class);
    figures.put(Metric.BYTES_EACH, footprint.bytesPerTimer());
    figures.put(Metric.BYTES_LEFT, (double) footprint.leftBytes());
    return Measurement.of(figures);
  }
}
