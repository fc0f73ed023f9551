package io.tourbillon.bench.jmh;

import io.tourbillon.bench.subject.WheelKind;
import io.tourbillon.bench.work.WheelExpiries;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;

/**
 * {@link WheelExpiries}: a timer from its arm to its expiry, by the number pending and by the
 * distance of deadlines.
 *
 * <p>Agrona's wheel gives every slot as many cells as the fullest slot has. With 65,536 slots and a
 * million timers due within 400 ticks that is 4 GB, so that row needs the heap of 8 GB. The wheel
 * of 4096 slots is the right one for such delays.
 */
public class WheelExpiry extends SteadyBenchmark<WheelExpiries> {
  @Param WheelKind subject;

  @Param({"10000", "100000", "1000000"})
  int pending;

  /** In ours, a timer starts at level 0, 1 or 2 and moves down zero, one or two times. */
  @Param({"400", "60000", "300000"})
  int delayTicks;

  @Override
  WheelExpiries open() {
    return new WheelExpiries(subject.open(pending), pending, delayTicks);
  }

  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public void armExpire() {
    repeat();
  }
}
