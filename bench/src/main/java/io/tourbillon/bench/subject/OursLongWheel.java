package io.tourbillon.bench.subject;

import io.tourbillon.timer.wheel.LongWheel;

/** Tourbillon's wheel for numbers. */
final class OursLongWheel implements WheelSubject {
  private final LongWheel wheel = new LongWheel(0);
  private long lastPayload;

  /** Ignores the task: a timer is a number, and what it stands for is not in the wheel. */
  @Override
  public long arm(long deadlineTick, SubjectTask task) {
    return wheel.arm(deadlineTick, ++lastPayload);
  }

  @Override
  public boolean cancel(long id) {
    return wheel.cancel(id);
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
