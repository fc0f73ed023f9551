package io.tourbillon.bench.work;

import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.WheelSubject;

/**
 * Timers of a bare wheel that come due: one operation is a timer from its arm to its expiry. Time
 * advances until some timers expire, and another is armed for each of them. The caller asks the
 * wheel for the next tick in which it has something to do. A wheel that does not know that must
 * look at every tick; with few timers that are far away, this is most of the work.
 */
public final class WheelExpiries implements SteadyWork {
  private final CheckedWheel wheel;
  private final SubjectTask[] tasks;
  private final int leastDelayTicks;
  private final int moreDelayTicks;
  private final Xorshift random = new Xorshift(1);

  /**
   * Tasks are reused in turn, because a wheel without tasks does not tell which of them have run.
   */
  private int nextTask;

  /** Timers that have expired and were not yet replaced. */
  private int expired;

  /**
   * @param delayTicks the maximum distance of deadlines; the minimum is half of it
   */
  public WheelExpiries(WheelSubject wheel, int pending, int delayTicks) {
    if (delayTicks < 2) {
      throw new IllegalArgumentException("delayTicks must be at least 2: " + delayTicks);
    }
    this.wheel = new CheckedWheel(wheel);
    tasks = SubjectTask.idle(pending);
    leastDelayTicks = delayTicks / 2;
    moreDelayTicks = delayTicks - leastDelayTicks;
  }

  @Override
  public void fill() {
    for (int timer = 0; timer < tasks.length; timer++) {
      arm();
    }
  }

  @Override
  public void operate() {
    while (expired == 0) {
      expired = wheel.advanceToNext();
    }
    expired--;
    arm();
  }

  private void arm() {
    long delayTicks = 1L + leastDelayTicks + random.nextBelow(moreDelayTicks);
    wheel.arm(wheel.tick() + delayTicks, tasks[nextTask]);
    nextTask = nextTask + 1 == tasks.length ? 0 : nextTask + 1;
  }

  /** Lets all timers expire, because only that shows that none was lost. This ends the work. */
  @Override
  public void check() {
    wheel.expireAll();
  }

  /** A wheel needs no close. */
  @Override
  public void close() {}
}
