package io.tourbillon.bench.jmh;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.channel.Select;
import java.time.Duration;
import java.util.function.IntSupplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Selects of two channels that need not wait: a channel has a value, or none has and the default
 * case takes place. Each select has new cases, except in {@link #keptDefaultCase}. {@link Talking}
 * has those that wait.
 */
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class Selects extends CoroutineBenchmark {
  /** Selects of one coroutine, so that its start and end do not count. */
  private static final int SELECTS = 100_000;

  @Param({"CONTINUATION", "VIRTUAL_THREAD"})
  Engine engine;

  private final Channel<Integer> empty = Channel.buffered(1);
  private final Channel<Integer> other = Channel.buffered(1);
  private CoroutineScheduler scheduler;

  @Setup(Level.Trial)
  public void open() {
    scheduler = CoroutineScheduler.builder().engine(engine).loops(1).build();
  }

  @TearDown(Level.Trial)
  public void close() {
    scheduler.close();
  }

  @Benchmark
  @OperationsPerInvocation(SELECTS)
  public void defaultCase() {
    repeat(() -> selectEmpty().await());
  }

  @Benchmark
  @OperationsPerInvocation(SELECTS)
  public void keptDefaultCase() {
    Select<Integer> kept = selectEmpty();
    repeat(kept::await);
  }

  private Select<Integer> selectEmpty() {
    return Select.of(
        Select.onReceive(empty, value -> 0),
        Select.onReceive(other, value -> 0),
        Select.onTimeout(Duration.ZERO, () -> 1));
  }

  /** Also sends the value that is received next. */
  @Benchmark
  @OperationsPerInvocation(SELECTS)
  public void oneOfTwoReady() {
    Integer one = 1;
    repeat(
        () -> {
          boolean _ = other.trySend(one);
          return Select.select(
              Select.onReceive(empty, value -> 0), Select.onReceive(other, value -> value));
        });
  }

  /** Repeats a select that must return 1. */
  private void repeat(IntSupplier select) {
    int sum =
        scheduler
            .spawn(
                () -> {
                  int count = 0;
                  for (int time = 0; time < SELECTS; time++) {
                    count += select.getAsInt();
                  }
                  return count;
                })
            .join();
    if (sum != SELECTS) {
      throw Failure.of(new IllegalStateException("selects must return 1: " + sum));
    }
  }
}
