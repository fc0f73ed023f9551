package io.tourbillon.bench.jmh;

import io.tourbillon.bench.jmh.CpuProfiler.Figure;
import io.tourbillon.bench.subject.TimerKind;
import io.tourbillon.bench.subject.TimerSubject;
import io.tourbillon.bench.work.FireRound;
import io.tourbillon.bench.work.Percentiles;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Arms a million timers due within 3 s and waits until all of them have fired.
 *
 * <p>JMH's own score is the time for all of that, which says little. Use the results that {@link
 * CpuProfiler} adds: {@code cpuPerTimer}, the CPU time of the whole process from the first arm to
 * the last fire, including two clock readings of the harness for each timer; and how late the
 * timers were, compared with the requested deadline. A round fails if a timer is lost, is early or
 * fires twice.
 *
 * <p>Three fresh JVMs. In each, the rounds get faster until about the eighth, because it takes that
 * long until code that runs a few hundred times a second is compiled. So eight rounds warm up, and
 * six count.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 8)
@Measurement(iterations = 6)
@Fork(3)
public class Fire extends ServerBenchmark {
  @Param TimerKind subject;

  @Param("1000000")
  int timers;

  @Param("3000")
  int windowMillis;

  /** Only ours supports it: use {@code -p recordStats=true} with {@code -p subject=OURS_IDS}. */
  @Param("false")
  boolean recordStats;

  private TimerSubject service;
  private FireRound round;

  @Setup(Level.Trial)
  public void open() {
    service = subject.open(timers, recordStats);
    round = new FireRound(timers, TimeUnit.MILLISECONDS.toNanos(windowMillis));
  }

  /** Collects the garbage of the previous round first, so that this round does not pay for it. */
  @Setup(Level.Iteration)
  public void prepare() {
    round.reset();
    System.gc();
  }

  @Benchmark
  public void fire() throws InterruptedException {
    Failure.guard(() -> round.run(service));
  }

  @TearDown(Level.Iteration)
  public void report() {
    Failure.guard(() -> service.requirePending(0));
    Failure.guard(() -> CpuProfiler.publish(figures()));
  }

  private List<Figure> figures() {
    Percentiles lateness = round.lateness();
    return List.of(
        new Figure("cpuPerTimer", round.cpuNanosPerTimer(), "ns"),
        new Figure("lateP50", lateness.at(50) / 1e3, "us"),
        new Figure("lateP99", lateness.at(99) / 1e3, "us"),
        new Figure("lateMax", lateness.at(100) / 1e3, "us"));
  }

  @TearDown(Level.Trial)
  public void close() {
    service.close();
  }
}
