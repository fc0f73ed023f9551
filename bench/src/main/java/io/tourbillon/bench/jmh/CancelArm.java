package io.tourbillon.bench.jmh;

import io.tourbillon.bench.subject.TimerKind;
import io.tourbillon.bench.work.Order;
import io.tourbillon.bench.work.RequestTimeouts;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;

/** {@link RequestTimeouts}: cancels a timer and arms another, by the number pending. */
public class CancelArm extends SteadyBenchmark<RequestTimeouts> {
  @Param TimerKind subject;

  @Param({"1000", "10000", "100000", "1000000", "10000000"})
  int pending;

  @Param Order order;

  /** Only ours supports it: use {@code -p recordStats=true} with {@code -p subject=OURS_IDS}. */
  @Param("false")
  boolean recordStats;

  @Override
  RequestTimeouts open() {
    return new RequestTimeouts(subject.open(pending, recordStats), pending, order);
  }

  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public void cancelArm() {
    repeat();
  }
}
