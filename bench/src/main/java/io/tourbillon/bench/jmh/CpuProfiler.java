package io.tourbillon.bench.jmh;

import io.tourbillon.bench.ProcessCpu;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Adds {@code cpu} to the results of a benchmark: CPU time of the whole process for each operation,
 * in addition to JMH's wall time. Wall time alone makes a service look cheap that leaves work to a
 * thread of its own.
 *
 * <p>If a benchmark publishes its own figures, those are added instead. Turned on with {@code -prof
 * io.tourbillon.bench.jmh.CpuProfiler}.
 *
 * <p>A benchmark reaches the profiler, which JMH creates, through a static field. JMH runs one
 * iteration at a time: beforeIteration, the benchmark's thread, afterIteration. Each sees the
 * writes of the one before it.
 */
public final class CpuProfiler implements InternalProfiler {
  /** A number that a benchmark has measured itself. */
  record Figure(String name, double value, String unit) {}

  private static List<Figure> published = List.of();

  private long beginNanos;

  /** Reports these figures for the iteration. */
  static void publish(List<Figure> figures) {
    published = figures;
  }

  @Override
  public String getDescription() {
    return "CPU time of the whole process for each operation";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    published = List.of();
    beginNanos = ProcessCpu.nanos();
  }

  @Override
  public Collection<ScalarResult> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    long nanos = ProcessCpu.nanos() - beginNanos;
    if (!published.isEmpty()) {
      return published.stream().map(CpuProfiler::toResult).toList();
    }
    long operations = result.getMetadata().getAllOps();
    if (operations == 0) {
      return List.of();
    }
    return List.of(toResult(new Figure("cpu", (double) nanos / operations, "ns/op")));
  }

  private static ScalarResult toResult(Figure figure) {
    return new ScalarResult(figure.name(), figure.value(), figure.unit(), AggregationPolicy.AVG);
  }
}
