package io.tourbillon.bench.work;

import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.TimerSubject;
import java.util.concurrent.TimeUnit;

/**
 * Idle timeouts, each pushed out when its connection is used: ours by rearm or reschedule; a peer
 * that has no such method cancels the timer and arms a new one. The connections are used one after
 * the other in a pseudo-random order, again and again. So none is idle for long and none comes due.
 *
 * <p>Ours leaves a timer in its slot, and moves it when the old deadline comes. This work is
 * measured too: the first deadlines are in the last quarter of the idle timeout, and the caller
 * chooses an idle timeout that is not longer than warm-up and measurement together.
 */
public final class IdleTimeouts implements SteadyWork {
  private final TimerSubject timers;
  private final SubjectTask[] tasks;
  private final int[] useOrder;
  private final long idleNanos;
  private int nextUse;

  /**
   * @param timers with at least {@code pending} places
   * @param idleMillis the idle time after which a connection would be closed
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
