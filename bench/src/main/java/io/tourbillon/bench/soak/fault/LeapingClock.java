package io.tourbillon.bench.soak.fault;

import io.tourbillon.timer.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** The clock of the system, which leaps forward now and then. Thread-safe. */
final class LeapingClock implements Clock {
  private final AtomicLong aheadNanos = new AtomicLong();
  private final List<Alarm> alarms = new CopyOnWriteArrayList<>();

  @Override
  public long nanoTime() {
    return System.nanoTime() + aheadNanos.get();
  }

  /** Those who wait are woken: their time may have come. */
  void leap(long nanos) {
    aheadNanos.addAndGet(nanos);
    alarms.forEach(Alarm::wake);
  }

  @Override
  public Alarm newAlarm(Thread thread) {
    Alarm real = Clock.system().newAlarm(thread);
    alarms.add(real);
    return new Alarm() {
      @Override
      public void awaitUntil(long deadlineNanos) {
        real.awaitUntil(deadlineNanos - aheadNanos.get());
      }

      @Override
      public void await() {
        real.await();
      }

      @Override
      public void wake() {
        real.wake();
      }

      @Override
      public void close() {
        alarms.remove(real);
        real.close();
      }
    };
  }
}
