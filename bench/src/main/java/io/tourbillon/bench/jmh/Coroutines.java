package io.tourbillon.bench.jmh;

import io.tourbillon.bench.subject.CoroutineKind;
import io.tourbillon.bench.subject.CoroutineSubject;
import io.tourbillon.bench.work.Rollcall;
import io.tourbillon.bench.work.Sleepers;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What coroutines cost: to yield, to start and end, and to sleep; {@link Talking} is about their
 * talks. Except for yielding, virtual threads and Kotlin's dispatcher use all cores, so compare the
 * CPU time.
 *
 * <p>Three fresh JVMs, each with 10 s of warm-up and 10 s that count.
 */
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class Coroutines extends CoroutineBenchmark {
  private static final String ONE_CARRIER = "-Djdk.virtualThreadScheduler.parallelism=1";
  private static final String AT_MOST_ONE_CARRIER = "-Djdk.virtualThreadScheduler.maxPoolSize=1";

  private static final int PLAYERS = 100;
  private static final int TURNS = 10_000;
  private static final int SPAWNED = 10_000;
  private static final int SLEEPERS = 10_000;
  private static final int UNEVEN = 40;
  private static final long COMPUTATION = 500_000;

  /** One millisecond a sleep, the shortest sleep with a tick of 1 ms. */
  private static final int SLEEPERS_MILLIS = 4;

  @Param CoroutineKind subject;

  private final Sleepers sleepers = new Sleepers(SLEEPERS, SLEEPERS_MILLIS);
  private final Rollcall turns = new Rollcall(PLAYERS);
  private final Rollcall spawned = new Rollcall(SPAWNED);
  private CoroutineSubject coroutines;

  @Setup(Level.Trial)
  public void open() {
    coroutines = subject.open();
  }

  /** A coroutine yields, all on one thread. Starting them is a ten-thousandth of the work. */
  @Benchmark
  @OperationsPerInvocation(PLAYERS * TURNS)
  @Fork(jvmArgsAppend = {ONE_CARRIER, AT_MOST_ONE_CARRIER})
  public void takeTurns() throws InterruptedException {
    coroutines.takeTurns(PLAYERS, TURNS, turns);
    Failure.guard(() -> turns.requireEach(TURNS));
  }

  /** A coroutine starts, does nothing and ends. */
  @Benchmark
  @OperationsPerInvocation(SPAWNED)
  public void spawn() throws InterruptedException {
    coroutines.spawn(SPAWNED, spawned);
    Failure.guard(() -> spawned.requireEach(1));
  }

  /**
   * A coroutine sleeps. There are so many that their CPU time determines the result, not the
   * delays.
   */
  @Benchmark
  @OperationsPerInvocation(SLEEPERS * Sleepers.SLEEPS)
  public void sleep() throws InterruptedException {
    Failure.guard(() -> sleepers.run(coroutines));
  }

  /**
   * Forty coroutines, of which every second one computes for about a millisecond. The ideal is a
   * twentieth of a computation for each core.
   */
  @Benchmark
  @OperationsPerInvocation(UNEVEN / 2)
  public void uneven() throws InterruptedException {
    coroutines.spawn(
        UNEVEN,
        number -> {
          if (number % 2 == 0) {
            Blackhole.consumeCPU(COMPUTATION);
          }
        });
  }

  /** The same for one computation in the calling thread, as a measure for the others. */
  @Benchmark
  public void oneComputation() {
    Blackhole.consumeCPU(COMPUTATION);
  }

  @TearDown(Level.Trial)
  public void close() {
    coroutines.close();
  }
}
