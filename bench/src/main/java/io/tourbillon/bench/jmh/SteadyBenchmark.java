package io.tourbillon.bench.jmh;

import io.tourbillon.bench.work.Operation;
import io.tourbillon.bench.work.SteadyWork;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * What benchmarks of a steady state have in common: as many timers are pending after each operation
 * as before it. Three fresh JVMs, each with 10 s of warm-up and 10 s that count. Without warm-up
 * ({@code -wi 0}) profilers also count the filling.
 *
 * @param <W> the work that is repeated
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
public abstract class SteadyBenchmark<W extends SteadyWork> extends ServerBenchmark {
  /**
   * Operations of one call of a benchmark method. A call costs JMH some 8 ns, as much as the
   * shortest operation. Operations change the heap, so the compiler cannot remove any.
   */
  static final int OPERATIONS = 1000;

  private W work;

  /** Refuses {@code -t} where the benchmark sets the number of threads. */
  @Setup(Level.Trial)
  public void requireThreads(BenchmarkParams params) {
    OptionalInt threads = threadsOf(params.getBenchmark());
    if (threads.isPresent() && params.getThreads() != threads.getAsInt()) {
      throw new IllegalArgumentException(
          "threads must be " + threads.getAsInt() + ": " + params.getThreads());
    }
  }

  /** How many threads a benchmark method is for; empty if any number is allowed. */
  OptionalInt threadsOf(String method) {
    return OptionalInt.of(1);
  }

  /** Makes the work, with the parameters of this trial. */
  abstract W open();

  /** Also moves long-lived objects into the old generation, where they are in a server. */
  @Setup(Level.Trial)
  public void fill() {
    work = open();
    Failure.guard(work::fill);
    System.gc();
    System.gc();
  }

  /** The work, after it has been filled. */
  final W work() {
    return work;
  }

  /** One call of a benchmark method. */
  final void repeat() {
    repeat(work);
  }

  /** One call of a benchmark method by one of its threads. */
  static void repeat(Operation operation) {
    try {
      for (int time = 0; time < OPERATIONS; time++) {
        operation.operate();
      }
    } catch (IllegalStateException notPending) {
      throw Failure.of(notPending);
    }
  }

  /**
   * Checks the work and closes the service. Does not close it in a JVM that is about to end:
   * closing a service with a million timers makes a list of them, and profilers would count that in
   * the last iteration.
   */
  @TearDown(Level.Trial)
  public void check() {
    Failure.guard(work::check);
    if (!Failure.isForked()) {
      work.close();
    }
  }
}
