package io.tourbillon.bench.jmh;

import io.tourbillon.bench.jmh.CpuProfiler.Figure;
import io.tourbillon.bench.subject.WheelKind;
import io.tourbillon.bench.work.Percentiles;
import io.tourbillon.bench.work.WheelBurst;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.Warmup;

/**
 * {@link WheelBurst}: the worst tick of a wheel.
 *
 * <p>JMH's own score is the time for everything, and says little. Use the results that {@link
 * CpuProfiler} adds: the longest tick, the tick time that one in a thousand ticks exceeds, the
 * median, and the mean. JMH's sampling of times is not suitable: it omits samples when there are
 * many, perhaps the longest.
 *
 * <p>Five fresh JVMs, each with two measurements of warm-up and three that count.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2)
@Measurement(iterations = 3)
@Fork(5)
public class WheelCascade extends ServerBenchmark {
  @Param WheelKind subject;

  @Param({"100000", "1000000"})
  int timers;

  private WheelBurst burst;

  @Setup(Level.Trial)
  public void open() {
    burst = new WheelBurst(timers);
  }

  /** Collects earlier garbage first, so that the measurement does not pay for it. */
  @Setup(Level.Iteration)
  public void collect() {
    System.gc();
  }

  @Benchmark
  public void burst() {
    Failure.guard(() -> publish(burst.tickNanos(() -> subject.open(timers))));
  }

  private static void publish(Percentiles tickNanos) {
    CpuProfiler.publish(
        List.of(
            new Figure("tickMax", tickNanos.at(100) / 1e3, "us"),
            new Figure("tickP999", tickNanos.at(99.9) / 1e3, "us"),
            new Figure("tickP50", tickNanos.at(50) / 1e3, "us"),
            new Figure("tickMean", tickNanos.mean() / 1e3, "us")));
  }
}
