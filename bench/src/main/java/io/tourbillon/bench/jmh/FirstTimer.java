package io.tourbillon.bench.jmh;

import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.TimerKind;
import io.tourbillon.bench.subject.TimerSubject;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The first timer of a JVM: from the first use of a service's classes until a timer fires that is
 * due 10 ms after it was armed. Those 10 ms are part of the score. Ten fresh JVMs, each of which
 * measures once.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
@Fork(10)
public class FirstTimer extends ServerBenchmark {
  private static final long DELAY_NANOS = 10_000_000;
  private static final long MOST_SECONDS = 10;

  @Param TimerKind subject;

  private TimerSubject service;

  @Benchmark
  public void fire() throws InterruptedException {
    CountDownLatch fired = new CountDownLatch(1);
    service = subject.open(1, false);
    service.arm(
        0,
        DELAY_NANOS,
        new SubjectTask() {
          @Override
          public void run() {
            fired.countDown();
          }
        });
    if (!fired.await(MOST_SECONDS, TimeUnit.SECONDS)) {
      throw Failure.of(new IllegalStateException("the timer must fire: " + service));
    }
  }

  @TearDown(Level.Trial)
  public void close() {
    service.close();
  }
}
