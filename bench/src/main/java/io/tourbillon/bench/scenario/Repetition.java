package io.tourbillon.bench.scenario;

import io.tourbillon.bench.ProcessCpu;
import io.tourbillon.bench.work.SteadyWork;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Repeats an operation for a while. The clock is read once a thousand operations. */
final class Repetition {
  private static final int OPERATIONS = 1000;

  private Repetition() {}

  /** Collects, warms up, measures and checks work that is filled in. */
  static Map<Metric, Double> measure(SteadyWork work, Job job) {
    System.gc();
    System.gc();
    repeat(work, TimeUnit.MILLISECONDS.toNanos(job.warmUpMillis()));
    long startCpuNanos = ProcessCpu.nanos();
    long startNanos = System.nanoTime();
    long operations = repeat(work, TimeUnit.MILLISECONDS.toNanos(job.measureMillis()));
    long nanos = System.nanoTime() - startNanos;
    long cpuNanos = ProcessCpu.nanos() - startCpuNanos;
    work.check();
    Map<Metric, Double> figures = new EnumMap<>(Metric.class);
    figures.put(Metric.CPU_PER_OPERATION, (double) cpuNanos / operations);
    figures.put(Metric.WALL_PER_OPERATION, (double) nanos / operations);
    return figures;
  }

  private static long repeat(SteadyWork work, long nanos) {
    long startNanos = System.nanoTime();
    long operations = 0;
    while (System.nanoTime() - startNanos < nanos) {
      for (int operation = 0; operation < OPERATIONS; operation++) {
        work.operate();
      }
      operations += OPERATIONS;
    }
    return operations;
  }
}
