package io.tourbillon.bench.work;

import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.TimerSubject;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Idle timeouts, each pushed out when its connection is used: ours by rearm or reschedule; a peer
 * that has no such method cancels the timer and arms a new one. Each pass over the connections uses
 * every one once, in one of two pseudo-random orders in turn: with one order, a peer that makes a
 * new object for each use would have its objects in memory in the very order in which the next pass
 * uses them. An eighth of a pass has the same connections in all passes, so none is idle for longer
 * than nine eighths of a pass, and none comes due.
 *
 * <p>Ours leaves a timer in its slot, and moves it when the old deadline comes. This work is
 * measured too: the first deadlines are in the last quarter of the idle timeout, and the caller
 * chooses an idle timeout that is not longer than warm-up and measurement together.
 */
public final class IdleTimeouts implements SteadyWork {
  /** The parts of a pass that have the same connections in each pass. */
  private static final int PARTS = 8;

  private final TimerSubject timers;
  private final SubjectTask[] tasks;

  /** The places as they are used, in two passes, again and again. */
  private final int[] uses;

  private final long idleNanos;
  private int nextUse;

  /**
   * @param timers with at least {@code pending} places
   * @param idleMillis the idle time after which a connection would be closed
   */
  public IdleTimeouts(TimerSubject timers, int pending, long idleMillis) {
    this.timers = timers;
    tasks = SubjectTask.idle(pending);
    uses = twoPasses(pending);
    idleNanos = TimeUnit.MILLISECONDS.toNanos(idleMillis);
  }

  private static int[] twoPasses(int pending) {
    Xorshift random = new Xorshift(1);
    int[] pass = new int[pending];
    Arrays.setAll(pass, place -> place);
    random.shuffle(pass, 0, pending);
    int[] both = Arrays.copyOf(pass, 2 * pending);
    System.arraycopy(pass, 0, both, pending, pending);
    for (int part = 0; part < PARTS; part++) {
      random.shuffle(both, pending + firstOf(part, pending), pending + firstOf(part + 1, pending));
    }
    return both;
  }

  private static int firstOf(int part, int pending) {
    return (int) ((long) pending * part / PARTS);
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
    int place = uses[nextUse];
    nextUse = nextUse + 1 == uses.length ? 0 : nextUse + 1;
    if (!timers.pushOut(place, idleNanos, tasks[place])) {
      throw SteadyWork.notPending(place);
    }
  }

  @Override
  public void settle() {
    timers.settle(tasks.length);
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
