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
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The first timer of a JVM, due in 10 ms: the time until it fires, those 10 ms included. The
 * service is open by then. Ten fresh JVMs, each of which measures once.
 *
 * <p>The JDK's services have an advantage: their classes are in its archive, and the harness has
 * used some of them before.
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

  @Setup(Level.Trial)
  public void open() {
    service = subject.open(1, false);
  }

  @Benchmark
  public void fire() throws InterruptedException {
    Failure.guard(this::awaitFirst);
  }

  private void awaitFirst() throws InterruptedException {
    CountDownLatch fired = new CountDownLatch(1);
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
      throw new IllegalStateException("the timer must fire: " + service);
    }
  }

  @TearDown(Level.Trial)
  public void close() {
    service.close();
  }
}
