package io.tourbillon.bench.subject;

import io.tourbillon.timer.TimerService;
import java.util.concurrent.TimeUnit;

/** Tourbillon with timer ids. */
final class OursById implements TimerSubject {
  private final TimerService timers;
  private final long[] ids;

  OursById(int places, TimerService timers) {
    this.timers = timers;
    ids = new long[places];
  }

  @Override
  public void arm(int place, long delayNanos, SubjectTask task) {
    ids[place] = timers.arm(delayNanos, TimeUnit.NANOSECONDS, task);
  }

  @Override
  public boolean cancel(int place) {
    return timers.cancel(ids[place]);
  }

  @Override
  public boolean pushOut(int place, long delayNanos, SubjectTask task) {
    return timers.rearm(ids[place], delayNanos, TimeUnit.NANOSECONDS);
  }

  /** Ids hold no references, so there is nothing to drop. */
  @Override
  public void forget() {}

  @Override
  public long pending() {
    return timers.pending();
  }

  @Override
  public void close() {
    timers.close();
  }
}
