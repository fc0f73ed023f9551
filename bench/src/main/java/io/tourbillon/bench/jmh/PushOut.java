package io.tourbillon.bench.jmh;

import io.tourbillon.bench.subject.TimerKind;
import io.tourbillon.bench.work.IdleTimeouts;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;

/**
 * {@link IdleTimeouts}: pushes a timer out. The idle timeout is as long as warm-up and measurement
 * together, and must be changed with them.
 */
public class PushOut extends SteadyBenchmark<IdleTimeouts> {
  @Param TimerKind subject;

  @Param("1000000")
  int pending;

  @Param("20000")
  long idleMillis;

  @Override
  IdleTimeouts open() {
    return new IdleTimeouts(subject.open(pending, false), pending, idleMillis);
  }

  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public void pushOut() {
    repeat();
  }
}
