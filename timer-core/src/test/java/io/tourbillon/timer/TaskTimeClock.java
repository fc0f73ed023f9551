package io.tourbillon.timer;

import java.time.Duration;

/**
 * A virtual clock on which tasks can take time. Tasks call {@link #spend}, on the driver. The test
 * advances the inner virtual clock while the driver rests.
 */
final class TaskTimeClock implements Clock {
  private final VirtualClock clock;

  /** Written by the driver only, while it runs a task. */
  private volatile long spentNanos;

  TaskTimeClock(VirtualClock clock) {
    this.clock = clock;
  }

  /** Makes the calling task take this much longer. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // The driver is the only writer.
  void spend(Duration duration) {
    spentNanos += duration.toNanos();
  }

  @Override
  public long nanoTime() {
    return clock.nanoTime() + spentNanos;
  }

  @Override
  public Alarm newAlarm(Thread thread) {
    Alarm alarm = clock.newAlarm(thread);
    return new Alarm() {
      @Override
      public void awaitUntil(long deadlineNanos) {
        alarm.awaitUntil(deadlineNanos - spentNanos);
      }

      @Override
      public void await() {
        alarm.await();
      }

      @Override
      public void wake() {
        alarm.wake();
      }

      @Override
      public void close() {
        alarm.close();
      }
    };
  }
}
