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
 * What a turn costs in the order of each policy, by how many are ready, on one loop. The price of a
 * policy is the difference to {@link Order#FIFO}; that of a rate the difference to none.
 *
 * <p>Three fresh JVMs for each row, each with 5 s of warm-up and 5 s that count, with nothing else
 * running: all rows, 20 minutes, and those without a rate alone.
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

  /** A policy, and in how many groups the coroutines are. */
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
        // A step so short that even the lowest have their turns all the while.
        case PRIORITY -> SchedulingPolicy.priority(Duration.ofNanos(1000));
        case EARLIEST_DEADLINE -> SchedulingPolicy.earliestDeadline(Duration.ofMillis(1));
      };
    }
  }

  @Param Order order;

  @Param({"10", "10000"})
  int ready;

  /** Whether each coroutine has a rate, which is so high that no turn is put off. */
  @Param({"false", "true"})
  boolean rate;

  @Param({"CONTINUATION", "VIRTUAL_THREAD"})
  Engine engine;

  private ReadyCoroutines coroutines;

  @Setup(Level.Trial)
  public void open() {
    coroutines = new ReadyCoroutines(engine, order.policy(), order.groups, rate, ready);
  }

  /** A coroutine has a turn, lets the others go first and is put into its place among them. */
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
