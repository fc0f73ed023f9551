package io.tourbillon.bench.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.ProcessCpu;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.IterationResultMetaData;
import org.openjdk.jmh.results.ScalarResult;

class CpuProfilerTest {
  private static final long BURNED_NANOS = 50_000_000;

  private final CpuProfiler profiler = new CpuProfiler();

  @BeforeEach
  void begin() {
    profiler.beforeIteration(null, null);
  }

  @Test
  void afterIteration_cpuBurned_isSharedOutOverOperations() {
    burn();
    ScalarResult result = only(end(10));
    assertEquals("cpu", result.getLabel());
    assertEquals("ns/op", result.getScoreUnit());
    assertTrue(result.getScore() >= BURNED_NANOS / 10.0, result::toString);
  }

  @Test
  void afterIteration_figuresPublished_reportsThemOnce() {
    CpuProfiler.publish(List.of(new CpuProfiler.Figure("late", 3, "us")));
    ScalarResult result = only(end(1));
    assertEquals("late", result.getLabel());
    assertEquals(3, result.getScore());
    profiler.beforeIteration(null, null);
    assertEquals("cpu", only(end(1)).getLabel());
  }

  @Test
  void afterIteration_noOperations_reportsNothing() {
    assertTrue(end(0).isEmpty());
  }

  private Collection<ScalarResult> end(long operations) {
    IterationResultMetaData counts = new IterationResultMetaData(operations, operations);
    return profiler.afterIteration(null, null, new IterationResult(null, null, counts));
  }

  private static ScalarResult only(Collection<ScalarResult> results) {
    assertEquals(1, results.size());
    return results.iterator().next();
  }

  private static void burn() {
    long startNanos = ProcessCpu.nanos();
    while (ProcessCpu.nanos() - startNanos < BURNED_NANOS) {
      Thread.onSpinWait();
    }
  }
}
