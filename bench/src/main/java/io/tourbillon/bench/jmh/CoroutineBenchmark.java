package io.tourbillon.bench.jmh;

import io.tourbillon.bench.ServerJvm;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/**
 * What benchmarks of coroutines have in common: three JVMs with the flags of all engines, and a
 * young generation large enough for stacks to become garbage in it.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 3,
    jvmArgs = {
      ServerJvm.LEAST_HEAP,
      ServerJvm.MOST_HEAP,
      CoroutineBenchmark.YOUNG_GENERATION,
      ServerJvm.COLLECTOR,
      ServerJvm.TOUCHED_HEAP,
      ServerJvm.UNSAFE_FOR_PEERS,
      ServerJvm.NATIVE_ACCESS,
      ServerJvm.OPEN_TO_VIRTUAL_THREAD,
      ServerJvm.EXPORT_TO_CONTINUATION
    })
public abstract class CoroutineBenchmark extends ServerBenchmark {
  /** A coroutine's stack is copied with each sleep, and should be garbage before it is promoted. */
  static final String YOUNG_GENERATION = "-Xmn5g";
}
