package io.tourbillon.bench.work;

import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.WheelSubject;

/**
 * Timers of a bare wheel that come due: one operation is a timer from its arm to its expiry. Time
 * goes on until some timers expire, and for each another is armed. Its driver asks it for the next
 * tick that there is something to do in; one that does not know has to look at every tick, and few
 * timers far away make that the greater part of the work.
 */
public final class WheelExpiries implements SteadyWork {
  private final CheckedWheel wheel;
  private final SubjectTask[] tasks;
  private final int leastDelayTicks;
  private final int moreDelayTicks;
  private final Xorshift random = new Xorshift(1);

  /** Tasks are taken in turns: which of them have run, a wheel without tasks does not tell. */
  private int nextTask;

  /** Timers that have expired and for which none was armed yet. */
  private int expired;

  /**
   * @param delayTicks how far away deadlines are: from a half of this to all of it
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

  /** Lets all timers expire, as only then it is known that none was lost. This ends the work. */
  @Override
  public void check() {
    wheel.expireAll();
  }

  /** There is nothing to end. */
  @Override
  public void close() {}
}
