package io.tourbillon.bench.subject;

import java.util.concurrent.TimeUnit;
import org.agrona.DeadlineTimerWheel;

/** Agrona's wheel with a resolution of 1 ms, which is a tick. */
final class AgronaWheel implements WheelSubject {
  private final DeadlineTimerWheel wheel;

  AgronaWheel(int slots) {
    wheel = new DeadlineTimerWheel(TimeUnit.MILLISECONDS, 0, 1, slots);
  }

  /** Ignores the task, because this wheel only holds deadlines. */
  @Override
  public long arm(long deadlineTick, SubjectTask task) {
    return wheel.scheduleTimer(deadlineTick);
  }

  @Override
  public boolean cancel(long id) {
    return wheel.cancelTimer(id);
  }

  /** This wheel must be advanced tick by tick. */
  @Override
  public long nextTick() {
    return wheel.currentTickTime() - 1;
  }

  /**
   * Looks at the slot of each tick once. A poll moves on to the next slot after the time of the
   * current slot is over. If it were polled during the tick, it would look at each slot twice.
   */
  @Override
  public void advance(long tick, WheelSink sink) {
    while (nextTick() <= tick) {
      wheel.poll(wheel.currentTickTime(), sink, Integer.MAX_VALUE);
    }
  }

  @Override
  public long pending() {
    return wheel.timerCount();
  }
}
