package io.tourbillon.bench.subject;

import io.tourbillon.timer.wheel.TimingWheel;

/** Tourbillon's wheel. */
final class OursWheel implements WheelSubject {
  private final TimingWheel<SubjectTask> wheel = new TimingWheel<>(0);

  @Override
  public long arm(long deadlineTick, SubjectTask task) {
    return wheel.arm(deadlineTick, task);
  }

  @Override
  public boolean cancel(long id) {
    return wheel.cancel(id) != null;
  }

  @Override
  public long nextTick() {
    return wheel.nextEventTick();
  }

  /** Sets no limit for the work of a call, so that a tick costs what it costs. */
  @Override
  public void advance(long tick, WheelSink sink) {
    wheel.advance(tick, Integer.MAX_VALUE, sink);
  }

  @Override
  public long pending() {
    return wheel.size();
  }
}
