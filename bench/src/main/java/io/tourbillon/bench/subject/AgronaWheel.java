package io.tourbillon.bench.subject;

import java.util.concurrent.TimeUnit;
import org.agrona.DeadlineTimerWheel;

/** Agrona's wheel with a resolution of 1 ms, which is a tick. */
final class AgronaWheel implements WheelSubject {
  private final DeadlineTimerWheel wheel;

  AgronaWheel(int slots) {
    wheel = new DeadlineTimerWheel(TimeUnit.MILLISECONDS, 0, 1, slots);
  }

  /** Leaves the task out, as this wheel holds nothing but deadlines. */
  @Override
  public long arm(long deadlineTick, SubjectTask task) {
    return wheel.scheduleTimer(deadlineTick);
  }

  @Override
  public boolean cancel(long id) {
    return wheel.cancelTimer(id);
  }

  @Override
  public long pending() {
    return wheel.timerCount();
  }
}
