package io.tourbillon.bench.jmh;

import io.tourbillon.bench.subject.PendingTask;
import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.TimerKind;
import io.tourbillon.bench.subject.TimerSubject;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Request timeouts: cancels one of the pending timers and arms another in its place, due in 30 to
 * 60 s. None comes due while this runs. Each place has its own task, made before. The service reads
 * its clock once, in arm.
 */
public class CancelArm extends SteadyBenchmark {
  private static final long LEAST_DELAY_NANOS = 30_000_000_000L;
  private static final int MORE_DELAY_MICROS = 30_000_000;

  @Param TimerKind subject;

  @Param({"10000", "100000", "1000000"})
  int pending;

  @Param Order order;

  /** Only ours can: {@code -p recordStats=true} goes with {@code -p subject=OURS_IDS}. */
  @Param("false")
  boolean recordStats;

  private TimerSubject timers;
  private SubjectTask[] tasks;
  private Victims victims;
  private Xorshift random;

  @Setup(Level.Trial)
  public void fill() {
    timers = subject.open(pending, recordStats);
    tasks = PendingTask.forPlaces(pending);
    victims = new Victims(order, pending, 1);
    random = new Xorshift(2);
    for (int place = 0; place < pending; place++) {
      timers.arm(place, nextDelayNanos(), tasks[place]);
    }
    Failure.guard(() -> timers.requirePending(pending));
    age();
  }

  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public void cancelArm() {
    for (int operation = 0; operation < OPERATIONS; operation++) {
      replaceOne();
    }
  }

  private void replaceOne() {
    int place = victims.next();
    if (!timers.cancel(place)) {
      throw notPending(place);
    }
    timers.arm(place, nextDelayNanos(), tasks[place]);
  }

  private long nextDelayNanos() {
    return LEAST_DELAY_NANOS + random.nextBelow(MORE_DELAY_MICROS) * 1_000L;
  }

  @TearDown(Level.Trial)
  public void check() {
    Failure.guard(() -> timers.requirePending(pending));
    dispose(timers);
  }
}
