package io.tourbillon.timer;

import java.util.concurrent.locks.LockSupport;

/** The JDK's monotonic clock, and its way to wait. */
enum SystemClock implements Clock {
  INSTANCE;

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Alarm newAlarm(Thread thread) {
    return new ParkingAlarm(thread);
  }

  /** A permit of LockSupport is exactly what wake has to leave behind. */
  private record ParkingAlarm(Thread thread) implements Alarm {
    @Override
    public void awaitUntil(long deadlineNanos) {
      long nanos = deadlineNanos - System.nanoTime();
      if (nanos > 0) {
        LockSupport.parkNanos(this, nanos);
        Thread.interrupted();
      }
    }

    @Override
    public void await() {
      LockSupport.park(this);
      Thread.interrupted();
    }

    @Override
    public void wake() {
      LockSupport.unpark(thread);
    }

    @Override
    public void close() {}
  }
}
