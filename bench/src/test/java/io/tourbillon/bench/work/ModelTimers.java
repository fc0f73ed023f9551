package io.tourbillon.bench.work;

import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.TimerSubject;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/** A service whose timers never come due; broken twins change one of its methods. */
class ModelTimers implements TimerSubject {
  /** 0 where nothing is pending. */
  final long[] delayNanos;

  private final AtomicLong pending = new AtomicLong();

  ModelTimers(int places) {
    delayNanos = new long[places];
  }

  @Override
  public void arm(int place, long delay, SubjectTask task) {
    delayNanos[place] = delay;
    addPending(1);
  }

  @Override
  public boolean cancel(int place) {
    if (delayNanos[place] == 0) {
      return false;
    }
    delayNanos[place] = 0;
    addPending(-1);
    return true;
  }

  void addPending(int change) {
    pending.addAndGet(change);
  }

  @Override
  public boolean pushOut(int place, long delay, SubjectTask task) {
    if (delayNanos[place] == 0) {
      return false;
    }
    delayNanos[place] = delay;
    return true;
  }

  @Override
  public void forget() {}

  @Override
  public long pending() {
    return pending.get();
  }

  /** Does not wait, as this service counts at once. */
  @Override
  public void requirePending(long expected) {
    if (pending() != expected) {
      throw new IllegalStateException("pending timers must be " + expected + ": " + pending());
    }
  }

  @Override
  public void close() {
    Arrays.fill(delayNanos, 0);
  }
}
