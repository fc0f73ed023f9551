package io.tourbillon.bench.jmh;

import io.tourbillon.bench.work.ReadyCoroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.SchedulingPolicy;
import java.time.Duration;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a turn costs in the order of each policy on one loop, by the number of ready coroutines. The
 * cost of a policy is the difference to {@link Order#FIFO}. The cost of a rate is the difference to
 * the same row without one.
 *
 * <p>Three fresh JVMs for each row, each with 5 s of warm-up and 5 s that count. Nothing else
 * should run. The commands are for all rows, which take 20 minutes, and for those without a rate.
 *
 * <pre>
 *   java -jar bench/target/tourbillon.jar jmh Policies
 *   java -jar bench/target/tourbillon.jar jmh Policies -p rate=false
 * </pre>
 */
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class Policies extends CoroutineBenchmark {
  private static final int TURNS = 100_000;

  /** A policy, and the number of groups of the coroutines. */
  public enum Order {
    FIFO(1),
    ROUND_ROBIN_1(1),
    ROUND_ROBIN_100(100),
    PRIORITY(1),
    EARLIEST_DEADLINE(1);

    final int groups;

    Order(int groups) {
      this.groups = groups;
    }

    SchedulingPolicy policy() {
      return switch (this) {
        case FIFO -> SchedulingPolicy.fifo();
        case ROUND_ROBIN_1, ROUND_ROBIN_100 -> SchedulingPolicy.roundRobin();
        // The step is so short that even the lowest priority gets turns all the time.
        case PRIORITY -> SchedulingPolicy.priority(Duration.ofNanos(1000));
        case EARLIEST_DEADLINE -> SchedulingPolicy.earliestDeadline(Duration.ofMillis(1));
      };
    }
  }

  @Param Order order;

  @Param({"10", "10000"})
  int ready;

  /** Whether each coroutine has a rate, which is so high that it delays no turn. */
  @Param({"false", "true"})
  boolean rate;

  @Param({"CONTINUATION", "VIRTUAL_THREAD"})
  Engine engine;

  private ReadyCoroutines coroutines;

  @Setup(Level.Trial)
  public void open() {
    coroutines = new ReadyCoroutines(engine, order.policy(), order.groups, rate, ready);
  }

  /** A coroutine has a turn, yields, and is inserted in its place among the others. */
  @Benchmark
  @OperationsPerInvocation(TURNS)
  public void turn() throws InterruptedException {
    coroutines.awaitTurns(TURNS);
  }

  /** Checks that no coroutine was starved. */
  @TearDown(Level.Trial)
  public void close() {
    Failure.guard(coroutines::close);
  }
}
