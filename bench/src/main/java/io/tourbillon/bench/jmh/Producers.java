package io.tourbillon.bench.jmh;

import io.tourbillon.bench.subject.TimerKind;
import io.tourbillon.bench.work.Operation;
import io.tourbillon.bench.work.Order;
import io.tourbillon.bench.work.RequestTimeouts;
import java.util.OptionalInt;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * {@link RequestTimeouts} with several threads and one service, each thread with its own places:
 * cancels a timer and arms another. The score is how long one operation takes one thread; CPU is
 * for each operation of any thread.
 */
public class Producers extends SteadyBenchmark<RequestTimeouts> {
  @Param TimerKind subject;

  @Param("1000000")
  int pending;

  @Override
  RequestTimeouts open() {
    return new RequestTimeouts(subject.open(pending, false), pending, Order.RANDOM);
  }

  /** The digit at the end of the method's name, if there is one. */
  @Override
  OptionalInt threadsOf(String method) {
    int digit = Character.digit(method.charAt(method.length() - 1), 10);
    return digit < 0 ? OptionalInt.empty() : OptionalInt.of(digit);
  }

  @Benchmark
  @Threads(1)
  @OperationsPerInvocation(OPERATIONS)
  public void threads1(Share share) {
    repeat(share.operation);
  }

  @Benchmark
  @Threads(2)
  @OperationsPerInvocation(OPERATIONS)
  public void threads2(Share share) {
    repeat(share.operation);
  }

  @Benchmark
  @Threads(4)
  @OperationsPerInvocation(OPERATIONS)
  public void threads4(Share share) {
    repeat(share.operation);
  }

  /** One thread for each core, or as many as {@code -t} requests. */
  @Benchmark
  @Threads(Threads.MAX)
  @OperationsPerInvocation(OPERATIONS)
  public void threadsMax(Share share) {
    repeat(share.operation);
  }

  /** The operation of one of the threads. */
  @State(Scope.Thread)
  public static class Share {
    private Operation operation;

    @Setup(Level.Trial)
    public void take(Producers producers, ThreadParams thread) {
      operation = producers.work().share(thread.getThreadIndex(), thread.getThreadCount());
    }
  }
}
