package io.tourbillon.bench.jmh;

import io.tourbillon.bench.subject.PendingTask;
import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.WheelKind;
import io.tourbillon.bench.subject.WheelSubject;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The bare wheel, without clock, lock or thread: cancels one of the pending timers and arms
 * another. Time stands still and deadlines are spread over 32,768 ticks, from 30,000 on: 30 to 62 s
 * at 1 ms. Each place has its own task, which Agrona's wheel by itself does not take.
 */
public class WheelArmCancel extends SteadyBenchmark {
  private static final long FIRST_DEADLINE_TICK = 30_000;
  private static final int DEADLINE_TICKS = 32_768;

  @Param WheelKind subject;

  @Param({"100000", "1000000", "10000000"})
  int pending;

  @Param Order order;

  private WheelSubject wheel;
  private long[] ids;
  private SubjectTask[] tasks;
  private Victims victims;
  private Xorshift random;

  @Setup(Level.Trial)
  public void fill() {
    wheel = subject.open(pending);
    ids = new long[pending];
    tasks = PendingTask.forPlaces(pending);
    victims = new Victims(order, pending, 1);
    random = new Xorshift(2);
    for (int place = 0; place < pending; place++) {
      ids[place] = wheel.arm(nextDeadlineTick(), tasks[place]);
    }
    check();
    age();
  }

  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public void armCancel() {
    for (int operation = 0; operation < OPERATIONS; operation++) {
      replaceOne();
    }
  }

  private void replaceOne() {
    int place = victims.next();
    if (!wheel.cancel(ids[place])) {
      throw notPending(place);
    }
    ids[place] = wheel.arm(nextDeadlineTick(), tasks[place]);
  }

  private long nextDeadlineTick() {
    return FIRST_DEADLINE_TICK + random.nextBelow(DEADLINE_TICKS);
  }

  @TearDown(Level.Trial)
  public void check() {
    Failure.guard(this::requirePending);
  }

  private void requirePending() {
    if (wheel.pending() != pending) {
      throw new IllegalStateException(
          "pending timers must be " + pending + ": " + wheel.pending() + " in " + subject);
    }
  }
}
