package io.tourbillon.bench.jmh;

import io.tourbillon.bench.subject.WheelKind;
import io.tourbillon.bench.work.Order;
import io.tourbillon.bench.work.WheelTimeouts;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;

/** {@link WheelTimeouts}: cancels a timer and arms another, by the number pending. */
public class WheelArmCancel extends SteadyBenchmark<WheelTimeouts> {
  @Param WheelKind subject;

  @Param({"1000", "10000", "100000", "1000000", "10000000"})
  int pending;

  @Param Order order;

  @Override
  WheelTimeouts open() {
    return new WheelTimeouts(subject.open(pending), pending, order);
  }

  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public void armCancel() {
    repeat();
  }
}
