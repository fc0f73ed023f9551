package io.tourbillon.bench.jmh;

import io.tourbillon.bench.subject.TimerSubject;
import io.tourbillon.timer.TimerService;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
 * A thread gives a task to a scheduled executor with one thread and parks until the task has run.
 * So both threads rest and are woken once in each operation, which is most of its time.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class Hop extends ServerBenchmark {
  /** Whose executor it is. */
  public enum Subject {
    /** The view of a {@link TimerService}. */
    OURS,
    /** A {@link ScheduledThreadPoolExecutor}. */
    JDK_POOL
  }

  @Param Subject subject;

  private TimerService service;
  private ScheduledThreadPoolExecutor pool;
  private Executor executor;

  /** The one that is not measured has no work, and spends nothing. */
  @Setup(Level.Trial)
  public void open() {
    service = TimerService.builder().threadFactory(TimerSubject.DRIVER_THREADS).build();
    pool = new ScheduledThreadPoolExecutor(1, TimerSubject.DRIVER_THREADS);
    executor =
        switch (subject) {
          case OURS -> service.asScheduledExecutor();
          case JDK_POOL -> pool;
        };
  }

  @TearDown(Level.Trial)
  public void close() {
    service.close();
    var _ = pool.shutdownNow();
  }

  @Benchmark
  public void execute() {
    Arrival arrival = new Arrival(Thread.currentThread());
    executor.execute(arrival);
    arrival.await();
  }

  /** A task that wakes the thread that waits for it. */
  private static final class Arrival implements Runnable {
    private final Thread waiting;

    /** Volatile: written by the thread of the executor, read by the one that waits. */
    private volatile boolean hasRun;

    Arrival(Thread waiting) {
      this.waiting = waiting;
    }

    @Override
    public void run() {
      hasRun = true;
      LockSupport.unpark(waiting);
    }

    void await() {
      while (!hasRun) {
        LockSupport.park(this);
      }
    }
  }
}
