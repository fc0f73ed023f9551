package io.tourbillon.bench.work;

import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.WheelSubject;

/**
 * Timeouts on a bare wheel, without clock, lock or thread: cancels one of the pending timers and
 * arms another. Time stands still, and deadlines are spread over 32,768 ticks, from 30,000 on: 30
 * to 62 s at 1 ms a tick. Each place has its own task; Agrona's wheel takes no tasks.
 */
public final class WheelTimeouts implements SteadyWork {
  private static final long FIRST_DEADLINE_TICK = 30_000;
  private static final int DEADLINE_TICKS = 32_768;

  private final WheelSubject wheel;
  private final long[] ids;
  private final SubjectTask[] tasks;
  private final Victims victims;
  private final Xorshift random = new Xorshift(2);

  public WheelTimeouts(WheelSubject wheel, int pending, Order order) {
    this.wheel = wheel;
    ids = new long[pending];
    tasks = SubjectTask.idle(pending);
    victims = new Victims(order, pending, 1);
  }

  @Override
  public void fill() {
    for (int place = 0; place < ids.length; place++) {
      ids[place] = wheel.arm(nextDeadlineTick(), tasks[place]);
    }
    check();
  }

  @Override
  public void operate() {
    int place = victims.next();
    if (!wheel.cancel(ids[place])) {
      throw SteadyWork.notPending(place);
    }
    ids[place] = wheel.arm(nextDeadlineTick(), tasks[place]);
  }

  private long nextDeadlineTick() {
    return FIRST_DEADLINE_TICK + random.nextBelow(DEADLINE_TICKS);
  }

  @Override
  public void check() {
    if (wheel.pending() != ids.length) {
      throw new IllegalStateException(
          "pending timers must be " + ids.length + ": " + wheel.pending() + " in " + wheel);
    }
  }

  /** A wheel needs no close. */
  @Override
  public void close() {}
}
