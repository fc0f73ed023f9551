package io.tourbillon.timer;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts how often a driver starts to wait and is woken, and how often the clock is read. */
final class CountingClock implements Clock {
  private final Clock clock;
  final AtomicInteger awaits = new AtomicInteger();
  final AtomicInteger wakes = new AtomicInteger();
  final AtomicInteger readings = new AtomicInteger();

  CountingClock(Clock clock) {
    this.clock = clock;
  }

  @Override
  public long nanoTime() {
    readings.incrementAndGet();
    return clock.nanoTime();
  }

  @Override
  public Alarm newAlarm(Thread thread) {
    Alarm alarm = clock.newAlarm(thread);
    return new Alarm() {
      @Override
      public void awaitUntil(long deadlineNanos) {
        awaits.incrementAndGet();
        alarm.awaitUntil(deadlineNanos);
      }

      @Override
      public void await() {
        awaits.incrementAndGet();
        alarm.await();
      }

      @Override
      public void wake() {
        wakes.incrementAndGet();
        alarm.wake();
      }

      @Override
      public void close() {
        alarm.close();
      }
    };
  }
}
