package io.tourbillon.bench.work;

import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.TimerSubject;
import java.util.concurrent.TimeUnit;

/**
 * Idle timeouts, each pushed out as its connection is used: ours by rearm or reschedule, a peer
 * that cannot by cancelling and arming anew. The connections are used one after the other in an
 * order that looks random, over and over; so none is idle for long and none comes due.
 *
 * <p>Ours leaves a timer where it is and moves it when its old place comes due. That work is not
 * hidden: the first deadlines are in the last quarter of the idle timeout, and whoever measures
 * chooses one that is not longer than warm-up and measurement together.
 */
public final class IdleTimeouts implements SteadyWork {
  private final TimerSubject timers;
  private final SubjectTask[] tasks;
  private final int[] useOrder;
  private final long idleNanos;
  private int nextUse;

  /**
   * @param timers with as many places as there are to be timers
   * @param idleMillis after how long without use a connection would be closed
   */
  public IdleTimeouts(TimerSubject timers, int pending, long idleMillis) {
    this.timers = timers;
    tasks = SubjectTask.idle(pending);
    useOrder = new Xorshift(1).permutation(pending);
    idleNanos = TimeUnit.MILLISECONDS.toNanos(idleMillis);
  }

  @Override
  public void fill() {
    Xorshift random = new Xorshift(2);
    int lastQuarterMicros = (int) (idleNanos / 4 / 1_000);
    for (int place = 0; place < tasks.length; place++) {
      long restNanos = idleNanos * 3 / 4 + random.nextBelow(lastQuarterMicros) * 1_000L;
      timers.arm(place, restNanos, tasks[place]);
    }
    check();
  }

  @Override
  public void operate() {
    int place = useOrder[nextUse];
    nextUse = nextUse + 1 == useOrder.length ? 0 : nextUse + 1;
    if (!timers.pushOut(place, idleNanos, tasks[place])) {
      throw SteadyWork.notPending(place);
    }
  }

  @Override
  public void check() {
    timers.requirePending(tasks.length);
  }

  @Override
  public void close() {
    timers.close();
  }
}
