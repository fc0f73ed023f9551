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
 * Idle timeouts of 30 s, any one of which is pushed out as its connection is used: ours by rearm or
 * reschedule, Netty by cancel and newTimeout.
 *
 * <p>Ours leaves a timer where it is and moves it when its old place comes due. That work is not
 * hidden: the first deadlines are spread over 10 to 30 s from the start, so that the time that
 * counts passes through them.
 */
public class PushOut extends SteadyBenchmark {
  private static final long IDLE_NANOS = 30_000_000_000L;
  private static final long LEAST_REST_NANOS = 10_000_000_000L;
  private static final int MORE_REST_MICROS = 20_000_000;

  @Param TimerKind subject;

  @Param("1000000")
  int pending;

  private TimerSubject timers;
  private SubjectTask[] tasks;
  private Victims victims;

  @Setup(Level.Trial)
  public void fill() {
    timers = subject.open(pending, false);
    tasks = PendingTask.forPlaces(pending);
    victims = new Victims(Order.RANDOM, pending, 1);
    Xorshift random = new Xorshift(2);
    for (int place = 0; place < pending; place++) {
      long restNanos = LEAST_REST_NANOS + random.nextBelow(MORE_REST_MICROS) * 1_000L;
      timers.arm(place, restNanos, tasks[place]);
    }
    Failure.guard(() -> timers.requirePending(pending));
    age();
  }

  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public void pushOut() {
    for (int operation = 0; operation < OPERATIONS; operation++) {
      pushOutOne();
    }
  }

  private void pushOutOne() {
    int place = victims.next();
    if (!timers.pushOut(place, IDLE_NANOS, tasks[place])) {
      throw notPending(place);
    }
  }

  @TearDown(Level.Trial)
  public void check() {
    Failure.guard(() -> timers.requirePending(pending));
    dispose(timers);
  }
}
