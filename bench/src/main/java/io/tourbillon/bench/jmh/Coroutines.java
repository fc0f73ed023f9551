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

/**
 * What coroutines cost: to let another go first, to start and end, to sleep. Virtual threads and
 * Kotlin's dispatcher use all cores but for the first of these, so CPU is what to compare.
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

  /** A millisecond a sleep: as short as sleeps with a tick of one can be. */
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

  /** A coroutine lets another go first, all on one thread; starting them is a ten thousandth. */
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

  /** A coroutine sleeps; there are so many that their CPU and not the delays decide the time. */
  @Benchmark
  @OperationsPerInvocation(SLEEPERS * Sleepers.SLEEPS)
  public void sleep() throws InterruptedException {
    Failure.guard(() -> sleepers.run(coroutines));
  }

  @TearDown(Level.Trial)
  public void close() {
    coroutines.close();
  }
}
