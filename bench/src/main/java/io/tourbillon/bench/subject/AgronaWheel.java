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

  /** This wheel looks at every tick. */
  @Override
  public long nextTick() {
    return wheel.currentTickTime() - 1;
  }

  /**
   * By one look at the slot of each tick. A poll goes on to the next slot once the time of its own
   * is over; polled while its tick lasts, it would have to look at each slot twice.
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
