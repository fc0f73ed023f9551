package io.tourbillon.bench.jmh;

import io.tourbillon.timer.internal.SpinningLock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * The lock of our services beside the JDK's. An operation computes for a moment, and for another
 * one with the lock held, each of them some ten nanoseconds. {@code -t} says how many threads share
 * the lock. The average is what an operation takes. Some operations are measured singly: their
 * greatest time is a long wait, mostly for a holder that has lost its processor.
 */
@BenchmarkMode({Mode.AverageTime, Mode.SampleTime})
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class Locks extends ServerBenchmark {
  /** In units of JMH. */
  private static final int MOMENT = 10;

  private final SpinningLock spinning = new SpinningLock();
  private final ReentrantLock reentrant = new ReentrantLock();

  /** Guarded by the lock in use. Apart from the locks, since JMH keeps each state apart. */
  @State(Scope.Benchmark)
  public static class Guarded {
    private long operations;

    private long operate() {
      Blackhole.consumeCPU(MOMENT);
      return ++operations;
    }
  }

  @Benchmark
  public long spinning(Guarded guarded) {
    Blackhole.consumeCPU(MOMENT);
    spinning.lock();
    try {
      return guarded.operate();
    } finally {
      spinning.unlock();
    }
  }

  @Benchmark
  public long reentrant(Guarded guarded) {
    Blackhole.consumeCPU(MOMENT);
    reentrant.lock();
    try {
      return guarded.operate();
    } finally {
      reentrant.unlock();
    }
  }
}
